"""Endpoints that are down, refuse, stall, cut, lie, crash, say that they are gone; and a gateway
that is killed while it pushes.
"""
import asyncio
import email.utils
import json
import signal
import time

from book import Receiver
from box import urn_of
from hook import (
    Hook, Killable, answers, cut_before_body, cut_in_body, cut_in_head, cut_kept, cut_unkept,
    endless_body, endless_head, garbage, huge_head, only_continue, other_protocol, silent,
    silent_kept, status, take, too_long_a_body, two_answers,
)
from link import Link
from project import command
from proxy import Proxy
from scene import BAD, DAY, PATIENCE, STEP, Scene


def said(hook):
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in
                     sorted(hook.done.items()) if name != "take")


async def spell(stage, ways, what, seconds=8, once=False):
    """One endpoint deals with pushes in these ways for a while; the other must not notice."""
    scene = await Scene(stage).begin()
    scene.bad.choose = lambda hook: stage.random.choice((*ways, take))
    for _ in range(max(6, round(seconds * 2 * stage.run.rounds))):
        await asyncio.sleep(0.5)
        scene.move(stage.random.choice((0, 6, 31, 300)))
    # Each way at least once: breakers and pauses thin out what comes.
    for _ in range(60):
        if all(way.__name__ in scene.bad.done for way in ways):
            break
        scene.move(STEP)
        await asyncio.sleep(0.5)
    await scene.load.finish()
    # Without moving its clock any further: nothing of the other was held up.
    for _ in range(200):
        if not scene.missing(urn_of("851-4551")):
            break
        await asyncio.sleep(0.1)
    late = len(scene.missing(urn_of("851-4551")))
    assert not late, f"{late} messages waited for another's endpoint"
    scene.bad.choose = None
    await scene.arrive(what)
    again = scene.book.handed_twice
    assert not once or not again, f"{again} came twice, although no answer was lost"
    await scene.finish()
    return scene


async def nothing_wrong(stage):
    """Every message once, in its order, with a signature; and the checker says nothing."""
    scene = await Scene(stage).begin()
    await asyncio.sleep(max(3, 8 * stage.run.rounds))
    await scene.load.finish()
    await scene.arrive("nothing was wrong", step=0)
    assert not scene.book.handed_twice, f"{scene.book.handed_twice} came twice"
    await scene.finish()
    return scene.summary("two endpoints, nothing done to them")


async def down(stage):
    scene = await Scene(stage).begin()
    spells = stage.rounds(4)
    for _ in range(spells):
        await asyncio.sleep(stage.random.uniform(0.2, 1))
        await scene.bad.stop()
        for _ in range(3):
            await asyncio.sleep(stage.random.uniform(0.3, 1))
            scene.move(stage.random.choice((6, 40, 600)))
        await scene.bad.start()
        scene.move(STEP)
    await scene.bad.stop()
    await scene.load.finish()
    waiting = len(scene.missing(urn_of("4321")))
    assert waiting, "nothing waited: it was not down"
    await scene.box.kill()
    await scene.start()
    await scene.bad.start()
    await scene.arrive("it was up again")
    await scene.finish()
    return scene.summary(f"{spells + 1} times refused connections, {waiting} waiting at the end")


async def errors(stage):
    ways = [answers(code) for code in (500, 502, 400, 401, 404, 418)]
    scene = await spell(stage, ways, "no more errors", once=True)
    return scene.summary(said(scene.bad))


async def stalls(stage):
    scene = await spell(stage, [silent, silent_kept], "no more silence", seconds=12)
    return scene.summary(
        f"{scene.bad.reached - scene.bad.done.get('take', 0)} pushes without an answer, "
        f"{PATIENCE} s allowed")


async def cuts(stage):
    ways = [cut_before_body, cut_unkept, cut_kept, cut_in_head, cut_in_body]
    scene = await spell(stage, ways, "no more cuts")
    assert scene.book.handed_twice, "nothing came twice: no answer was lost"
    return scene.summary(said(scene.bad))


async def lies(stage):
    """Answers that are none, or too long, or two. None may count for another message."""
    ways = [garbage, huge_head, endless_head, endless_body, two_answers, too_long_a_body,
            only_continue, other_protocol]
    scene = await spell(stage, ways, "honest again", seconds=14)
    return scene.summary(f"{scene.bad.reached} pushes, answered by {len(ways)} kinds of lies")


async def redirects(stage):
    """Never followed: what is for one endpoint goes to no other."""
    scene = Scene(stage)
    trap = Hook(scene.box, scene.book, "elsewhere")
    trap.folder = scene.bad.folder
    await scene.begin()
    await trap.start()
    ways = [answers(code, f"Location: https://localhost:{trap.port}/in\r\n")
            for code in (301, 302, 303, 307, 308)]
    scene.bad.choose = lambda hook: stage.random.choice(ways)
    for _ in range(max(8, round(12 * stage.run.rounds))):
        await asyncio.sleep(0.4)
        scene.move(STEP)
    await scene.load.finish()
    sent = scene.bad.reached
    scene.bad.choose = None
    await scene.arrive("no more redirects")
    assert not trap.reached, f"{trap.reached} redirects were followed"
    assert not scene.book.handed_twice, "it came twice"
    await trap.stop()
    await scene.finish()
    return scene.summary(f"{sent} redirects, none followed")


async def other_certificate(stage):
    """Somebody else answers at the address: nothing of a message is sent to him."""
    scene = await Scene(stage).begin()
    authority, folder = stage.folder / "strangers", stage.folder / "stranger"
    done = command("certificate", "authority", "--directory", str(authority))
    assert done.returncode == 0, done.stderr
    Hook.make(folder, authority)
    await asyncio.sleep(1)
    rounds = stage.rounds(3)
    for _ in range(rounds):
        await scene.bad.stop()
        await asyncio.sleep(0.3)
        before = scene.bad.reached
        await scene.bad.start(certificate=folder)
        for _ in range(4):
            await asyncio.sleep(0.5)
            scene.move(STEP)
        assert scene.bad.reached == before, "a message was sent to another's certificate"
        await scene.bad.stop()
        await scene.bad.start()
        await asyncio.sleep(0.5)
        scene.move(STEP)
    await scene.load.finish()
    await scene.arrive("its own certificate again")
    assert "key-not-pinned" in scene.box.talk(), "it was never refused"
    await scene.finish()
    return scene.summary(f"{rounds} times another certificate, nothing sent to it")


async def gone(stage):
    """410: nothing more is pushed, all waits to be fetched; a new address gets the rest."""
    scene = await Scene(stage).begin()
    await asyncio.sleep(2)
    scene.bad.choose = lambda hook: answers(410)
    rounds, fetched = stage.rounds(3), 0
    for number in range(rounds):
        for _ in range(200):
            if "endpoint.retired" in scene.box.talk():
                break
            await asyncio.sleep(0.05)
        else:
            raise AssertionError("a 410 did not retire the endpoint")
        await asyncio.sleep(1)
        reached = scene.bad.reached
        scene.move(STEP)
        await asyncio.sleep(1.5)
        assert scene.bad.reached == reached, "pushed to an endpoint that is gone"
        kept = len(scene.book.handed)
        hand = Receiver(scene.book, Link(scene.box, BAD))
        await hand.take(wait=0)
        hand.link.drop()
        fetched += len(scene.book.handed) - kept
        if number == rounds - 1:
            break
        await scene.box.kill()
        await scene.start()
        scene.bad.choose = None
        await scene.bad.register()
        await asyncio.sleep(2)
        scene.bad.choose = lambda hook: answers(410)
    assert fetched, "nothing waited to be fetched"
    await scene.load.finish()
    scene.bad.choose = None
    await scene.bad.register()
    await scene.arrive("a new address")
    await scene.finish()
    return scene.summary(f"{rounds} times 410, {fetched} messages fetched meanwhile")


async def pauses(stage):
    """429 and 503 with Retry-After: nothing is pushed before that, 4,000 s at most."""
    scene = await Scene(stage).begin()
    await asyncio.sleep(1)
    rounds, waits = stage.rounds(4), []
    for number in range(rounds):
        asked = stage.random.choice((900, 3000, 100_000))
        until = time.time() + scene.offsets[-1] + asked
        field = str(asked) if number % 2 else email.utils.formatdate(until, usegmt=True)
        before = scene.bad.reached
        code = stage.random.choice((429, 503))
        scene.bad.choose = lambda hook: answers(code, f"Retry-After: {field}\r\n")
        for _ in range(200):
            if scene.bad.reached > before:
                break
            await asyncio.sleep(0.05)
        assert scene.bad.reached > before, "nothing was pushed to begin with"
        await asyncio.sleep(1)
        before = scene.bad.reached
        waits.append(min(asked, 4000))
        scene.move(waits[-1] - 120)
        await asyncio.sleep(1.5)
        early = scene.bad.reached - before
        assert not early, f"{early} pushes came before Retry-After: {field} was over"
        scene.bad.choose = None
        scene.move(240)
        for _ in range(200):
            if scene.bad.reached > before:
                break
            await asyncio.sleep(0.05)
        assert scene.bad.reached > before, f"nothing came after Retry-After: {field}"
        await asyncio.sleep(0.5)
    await scene.load.finish()
    await scene.arrive("no more pauses")
    assert not scene.book.handed_twice, "it came twice"
    await scene.finish()
    return scene.summary(f"pauses of {', '.join(map(str, waits))} s were kept")


async def receipts_lost(stage):
    """A line that swallows what the endpoint answers, cuts, and is slow."""
    scene = Scene(stage)
    await scene.bad.start()
    proxy = await Proxy(scene.bad, stage.random).start()
    await scene.good.start()
    await scene.good.register()
    await scene.bad.register(proxy.port)
    await scene.start()
    scene.send()
    for number in range(60):
        proxy.swallows = stage.random.random() < 0.3
        proxy.cut_up = stage.random.choice((None, (1, 20_000)))
        proxy.cut_down = stage.random.choice((None, (1, 9000)))
        await asyncio.sleep(stage.random.uniform(0.3, 0.9))
        # Stops what was swallowed from being waited for, and lets pauses pass.
        proxy.cut_all()
        scene.move(STEP)
        if number >= 20 * stage.run.rounds and proxy.swallowed > 3 and proxy.cuts > 5 \
                and scene.book.handed_twice:
            break
    proxy.swallows, proxy.cut_up, proxy.cut_down = False, None, None
    proxy.cut_all()
    await scene.load.finish()
    await scene.arrive("a good line")
    assert proxy.swallowed and proxy.cuts, f"{proxy.swallowed} swallowed, {proxy.cuts} cut"
    assert scene.book.handed_twice, "nothing came twice: no answer was lost"
    await proxy.stop()
    await scene.finish()
    return scene.summary(f"{proxy.cuts} connections cut, {proxy.swallowed} pieces swallowed")


async def killed_gateway(stage):
    scene = await Scene(stage).begin(senders=6, attach=0.1)
    rounds = stage.rounds(20)
    for _ in range(rounds):
        await asyncio.sleep(stage.random.uniform(0.05, 0.8))
        await scene.box.kill()
        await scene.start()
    await scene.load.finish()
    await scene.arrive("no more kills")
    await scene.finish()
    return scene.summary(f"{rounds} kills of the gateway")


async def killed_receiver(stage):
    """An endpoint in a process of its own, killed while it is pushed to; the gateway too."""
    scene = await Scene(stage).begin(senders=6)
    await scene.bad.stop()
    other = await Killable(scene.bad).start()
    rounds = stage.rounds(16)
    try:
        for number in range(rounds):
            await asyncio.sleep(stage.random.uniform(0.1, 0.8))
            other.kill()
            if number % 4 == 3:
                await scene.box.kill()
                await scene.start()
            await asyncio.sleep(stage.random.uniform(0, 0.4))
            await other.start()
            scene.move(STEP)
        await scene.load.finish()
        for _ in range(120):
            scene.move(STEP)
            await asyncio.sleep(0.7)
            if not await waiting(scene, BAD):
                break
    finally:
        other.kill()
    kept = other.hand_over()
    await scene.arrive("no more kills", step=0, seconds=5)
    await scene.finish()
    return scene.summary(
        f"{rounds} kills of an endpoint that kept {kept}, {rounds // 4} of the gateway")


async def waiting(scene, service):
    """How many messages are in a service's inbox."""
    link = Link(scene.box, service)
    page = await link.call("GET", "/v1/inbox?limit=500")
    link.drop()
    return len(page.json["messages"]) if page.status == 200 else -1


async def failpoints(stage):
    scene = Scene(stage)
    for hook in scene.hooks.values():
        await hook.start()
        await hook.register()
    deaths = {}
    for _ in range(stage.rounds(3)):
        for point in ("push-before-sent", "push-before-row", "push-after-row"):
            count = stage.random.randint(1, 25)
            armed = {"GATEHOUSE_FAILPOINT": f"{point}:{count}"}
            if await scene.start(must=False, **armed):
                scene.send(senders=6)
                for _ in range(1500):
                    if not scene.box.is_running:
                        break
                    await asyncio.sleep(0.02)
                assert not scene.box.is_running, f"it was never killed at {point}:{count}"
                assert await scene.box.ended() == -signal.SIGKILL, f"it died otherwise at {point}"
            deaths[point] = deaths.get(point, 0) + 1
            await scene.start()
            if scene.load:
                await scene.load.finish()
            await scene.arrive(f"after {point}")
            await scene.box.stop()
    await scene.start()
    assert scene.book.handed_twice >= 1, "nothing came twice: push-before-row did nothing"
    await scene.finish()
    return scene.summary(f"{sum(deaths.values())} deaths at {len(deaths)} failpoints")


async def poison(stage):
    """Messages that their recipient will never take: others go on, and they are told of."""
    scene = await Scene(stage).begin()
    poisoned = set()

    async def picky(hook, push, writer):
        digit = int(push.key[1][-2:], 16)
        if push.key in poisoned or (digit < 10 and len(poisoned) < 6):
            poisoned.add(push.key)
            return await status(writer, 422)
        return await take(hook, push, writer)

    scene.bad.choose = lambda hook: picky
    await asyncio.sleep(max(4, 8 * stage.run.rounds))
    await scene.load.finish()
    assert poisoned, "no message was refused"

    def child(key):
        return key[0], scene.book.sent[key].envelope["data"]["child"]["upn"]

    chains = {child(key) for key in poisoned}
    await scene.arrive("others of other children", apart=lambda key: child(key) in chains, step=0)
    for _ in range(6):
        scene.move(DAY)
        await asyncio.sleep(1)
    # What waited behind them in their chains as long as they did is given up with them.
    given_up = scene.missing()
    link = Link(scene.box, "4321")
    for key in given_up:
        message_id = json.loads(scene.book.receipts[key])["messageId"]
        for _ in range(100):
            state = (await link.call("GET", f"/v1/messages/{message_id}")).json["state"]
            if state == "undelivered":
                break
            scene.move(DAY // 2)
            await asyncio.sleep(0.3)
        assert state == "undelivered", f"{key[1]} is {state} after five days"
    link.drop()
    await scene.finish()
    return scene.summary(
        f"{len(poisoned)} messages never taken, {len(given_up)} with those behind them in their "
        "chains told as undelivered after five days")


async def refuses(stage):
    """A recipient that refuses in its answer: the state says so, and nothing is pushed again."""
    scene = await Scene(stage).begin()

    async def refusing(hook, push, writer):
        if int(push.key[1][-1], 16) < 8:
            scene.book.refused.add(push.key)
            return await status(
                writer, 200, "Content-Type: application/json\r\n",
                b'{"outcome":"refused","reason":"not-ours"}')
        return await take(hook, push, writer)

    scene.bad.choose = lambda hook: refusing
    await asyncio.sleep(max(3, 6 * stage.run.rounds))
    await scene.load.finish()
    await scene.arrive(
        "refused or taken", apart=lambda key: key in scene.book.refused, step=0)
    reached = scene.bad.reached
    scene.move(STEP)
    await asyncio.sleep(1.5)
    assert scene.bad.reached == reached, "what was refused was pushed again"
    await scene.finish()
    return scene.summary(f"{len(scene.book.refused)} refused in the answer, told as refused")


async def clock_back(stage):
    """The gateway's clock is weeks ahead while pushes fail, and is then put right."""
    scene = await Scene(stage).begin()
    await asyncio.sleep(1)
    scene.move(20 * DAY)
    scene.bad.choose = lambda hook: answers(500)
    for _ in range(4):
        await asyncio.sleep(0.7)
        scene.move(400)
    await scene.load.finish()
    scene.bad.choose = None
    waited = len(scene.missing())
    scene.move(-20 * DAY)
    await scene.arrive("the clock was put right")
    await scene.finish()
    return scene.summary(f"{waited} waited when the clock was set back by 20 days")


# The checker is checked.

async def told(scene):
    """What the checker says of a scene; fails when it says nothing."""
    try:
        await scene.finish()
    except AssertionError as error:
        return str(error)
    raise AssertionError("the checker saw nothing")


async def small(stage):
    """A scene in which some messages were sent and pushed."""
    scene = await Scene(stage).begin(senders=3)
    await asyncio.sleep(1.5)
    return scene


async def lost_in_a_push(stage):
    """A push that counts as taken and that nobody kept, as of a gateway that never sent it."""
    scene = await small(stage)
    swallowed = []

    async def swallow(hook, push, writer):
        if swallowed:
            return await take(hook, push, writer)
        swallowed.append(push.key)
        return await status(writer, 204)

    scene.bad.choose = lambda hook: swallow
    await asyncio.sleep(1.5)
    await scene.load.finish()
    await scene.arrive("but one", apart=lambda key: key in swallowed, step=0)
    assert f"{swallowed[0][1]} has a receipt, was not handed over" in await told(scene)
    return "a message taken by nobody: lost"


async def unsigned_push(stage):
    scene = await small(stage)
    scene.bad.secret = "whsec_" + "A" * 43 + "="
    await asyncio.sleep(1)
    await scene.load.finish()
    await scene.arrive("all", step=0)
    assert "without a signature that holds" in await told(scene)
    return "signatures of another secret: told"


async def untimely_push(stage):
    scene = await small(stage)
    scene.bad.offsets = [-4000]
    await asyncio.sleep(1)
    await scene.load.finish()
    await scene.arrive("all", step=0)
    assert "with a time that is" in await told(scene)
    return "times an hour off: told"


async def disordered_push(stage):
    scene = await small(stage)
    await asyncio.sleep(2)
    await scene.load.finish()
    await scene.arrive("all", step=0)
    keys = scene.book.pushed[BAD]
    upn = {key: scene.book.sent[key].envelope["data"]["child"]["upn"] for key in keys}
    pair = next(
        (one, two) for one in range(len(keys)) for two in range(one + 1, len(keys))
        if upn[keys[one]] == upn[keys[two]])
    keys[pair[0]], keys[pair[1]] = keys[pair[1]], keys[pair[0]]
    assert "after a later one of its chain" in await told(scene)
    return "two of one chain changed places: told"


async def changed_push(stage):
    """One letter changed between the tables and the endpoint."""
    scene = await small(stage)
    changed = []

    async def change(hook, push, writer):
        if not changed:
            changed.append(push.key)
            push.bytes = push.bytes.replace(b"Sampleson", b"Simpleson")
        return await take(hook, push, writer)

    scene.bad.choose = lambda hook: change
    await asyncio.sleep(1)
    await scene.load.finish()
    await scene.arrive("all", step=0)
    assert f"{changed[0][1]}: `data` is not what was sent" in await told(scene)
    return "one letter changed on the way to an endpoint: told"


def cases():
    return [
        ("checker: a push that nobody kept", lost_in_a_push),
        ("checker: a push without its signature", unsigned_push),
        ("checker: a push of another time", untimely_push),
        ("checker: pushes out of order", disordered_push),
        ("checker: a push that was changed", changed_push),
        ("push: nothing wrong", nothing_wrong),
        ("push: endpoint down", down),
        ("push: endpoint answers errors", errors),
        ("push: endpoint never answers", stalls),
        ("push: endpoint cuts", cuts),
        ("push: endpoint lies", lies),
        ("push: endpoint redirects", redirects),
        ("push: another certificate", other_certificate),
        ("push: endpoint gone (410)", gone),
        ("push: Retry-After", pauses),
        ("push: endpoint's answers lost", receipts_lost),
        ("push: endpoint refuses messages", refuses),
        ("push: messages never taken", poison),
        ("push: clock set back", clock_back),
        ("push: gateway killed", killed_gateway),
        ("push: gateway killed at every failpoint of a push", failpoints),
        ("push: endpoint killed", killed_receiver),
    ]
