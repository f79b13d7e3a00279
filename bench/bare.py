"""What any program would do at least: a FastAPI endpoint that stores the body in one committed row, and says so.

A server of its own: `python -m bench.bare URL PORT`, on the same database and opened as the hub opens it.
"""

import sys

import uvicorn
from fastapi import FastAPI, Request, Response
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, create_engine, insert
from starlette.concurrency import run_in_threadpool

from services.kernel.database import Database

metadata = MetaData()
body = Table("bench_body", metadata, Column("nr", Integer, primary_key=True), Column("content", LargeBinary))


def prepare(url: str) -> None:
    """Make its table."""
    engine = create_engine(url)
    metadata.create_all(engine)
    engine.dispose()


def build(database: Database) -> FastAPI:
    app = FastAPI()

    def store(content: bytes) -> None:
        with database.write() as conn:
            conn.execute(insert(body).values(content=content))

    @app.post("/", status_code=201)
    async def receive(request: Request) -> Response:
        await run_in_threadpool(store, await request.body())
        return Response(status_code=201)

    return app


if __name__ == "__main__":
    uvicorn.run(build(Database(sys.argv[1])), port=int(sys.argv[2]), log_config=None, access_log=False)
