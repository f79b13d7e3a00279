"""A back office of a gemeente in plain aio-pika: sends one message, then prints and acks whatever the hub delivers.

    python backoffice.py amqp://gemeente.0503:WACHTWOORD@localhost/ WMO301 301.xml

A 301 brings back its 302; declarations (303, 323), copies of answers (304, 325) and gebeurtenissen of the hub arrive
the same way. A real one stores what it gets before it acks, and keeps the ids it has seen where a restart finds them.
"""

import asyncio
import sys
from pathlib import Path
from uuid import uuid4

from aio_pika import DeliveryMode, Message, connect
from aio_pika.connection import make_url


async def main(url: str, berichtsoort: str, bestand: str) -> None:
    gebruiker = make_url(url).user  # also the name of our queue; the broker holds user_id against who logged in
    async with await connect(url) as connection:
        channel = await connection.channel(on_return_raises=True)
        inkomend = await channel.get_exchange("inkomend", ensure=False)
        xml = await asyncio.to_thread(Path(bestand).read_bytes)
        eigen = dict(user_id=gebruiker, message_id=str(uuid4()), content_type="application/xml")
        await inkomend.publish(Message(xml, **eigen, delivery_mode=DeliveryMode.PERSISTENT), berichtsoort)
        print(f"{berichtsoort} verstuurd", flush=True)  # confirmed: from here on it is the hub's
        gezien: set[str] = set()
        queue = await channel.get_queue(gebruiker, ensure=False)
        async with queue.iterator() as wachtrij:
            async for stuk in wachtrij:
                if stuk.message_id not in gezien:  # delivered at least once: a second time has the same id
                    print(
                        stuk.headers["dienst"],
                        stuk.headers["nr"],
                        stuk.type,
                        stuk.headers["verzender"],
                        len(stuk.body),
                        flush=True,
                    )
                    gezien.add(stuk.message_id)
                await stuk.ack()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
