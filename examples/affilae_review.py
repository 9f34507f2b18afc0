#!/usr/bin/env python3
"""Reviews pending conversions against a shop's order file, through the Affilae dialect.

It lists what is pending, looks every order up in the file, and accepts, refuses (with a reason), or lowers the amount after
a partial return and then accepts. What the file does not know, or contradicts, it leaves pending and says so. Without
--apply it only says what it would do.

The token is read from the environment (ACCRUE_TOKEN) or from a file, never from the command line, where others see it. It
needs the scope manage (read is enough without --apply).

    export ACCRUE_TOKEN=sk_live_...
    python3 examples/affilae_review.py --url http://127.0.0.1:8080 --orders examples/affilae_orders.csv
    python3 examples/affilae_review.py --url http://127.0.0.1:8080 --orders examples/affilae_orders.csv --apply

--url is the address of your Accrue, as its console prints it.

The order file is CSV with a first line that names its columns: order_id, state (paid, returned, cancelled, fraud or test),
amount (what the customer keeps, in cents: 1050 is 10.50 EUR, and 1050 is 1050 JPY), and, if you like, currency.

What the customer got back already, by a refund that was reported, is in amountRefunded of a conversion and counts for what
the file says the customer keeps: no return is taken off twice.

Every call and every decision is written to a log, one JSON object per line. Running it again is safe: a decision that was
made is not pending any more, and the same decision twice is one. Exit status: 0 done, 1 some calls failed, 2 not begun.
"""

import argparse
import collections
import csv
import datetime
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

REASONS = {
    "returned": "product return",
    "cancelled": "order cancelled",
    "fraud": "fraud",
    "test": "test order",
}
STATES = ["paid", *REASONS]
MOST_TRIES = 8
LONGEST_WAIT = 300
LOOPBACK = ("127.0.0.1", "localhost", "::1")

Order = collections.namedtuple("Order", "state amount currency")
Plan = collections.namedtuple("Plan", "action amount reason status", defaults=[None])


class Stop(Exception):
    """Why nothing more can be done, in a sentence."""


class Refused(Exception):
    """An answer that is not a success: its status, and the sentence in it."""

    def __init__(self, status, message):
        super().__init__(f"{status}: {message}")
        self.status = status


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token goes to the address it was meant for and to no other."""

    def redirect_request(self, *_):
        return None


class Log:
    """One JSON object per line."""

    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8")

    def note(self, what, **facts):
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
        self.file.write(json.dumps({"at": now, "what": what, **facts}, ensure_ascii=False) + "\n")
        self.file.flush()


class Api:
    """The calls of the dialect, each repeated as long as that is safe and has a chance."""

    def __init__(self, url, token, log):
        self.url, self.token, self.log, self.answered = url.rstrip("/"), token, log, False
        self.opener = urllib.request.build_opener(NoRedirect)

    def get(self, call, **query):
        return self.send("GET", call + "?" + urllib.parse.urlencode(query), None)

    def post(self, call, **body):
        return self.send("POST", call, json.dumps(body).encode(), about=body["id"])

    def send(self, method, target, body, about=None):
        """The conversions in the answer. A decision may be sent twice: the second time it changes nothing."""
        for attempt in range(1, MOST_TRIES + 1):
            began = time.monotonic()
            status, answer, after = self.once(method, target, body)
            took = round((time.monotonic() - began) * 1000)
            message = answer.get("message")
            facts = {"method": method, "target": target, "id": about, "status": status, "message": message}
            self.log.note("call", **facts, ms=took, attempt=attempt)
            if status == 200 and "conversions" in answer:
                return answer["conversions"]
            # Where nothing ever answered, the address is wrong, and waiting does not help.
            self.answered = self.answered or status != 0
            if status not in (0, 429, 503) or attempt == MOST_TRIES or not self.answered:
                raise Refused(status, message or "an answer that cannot be understood")
            wait(after, attempt)

    def once(self, method, target, body):
        """The status (0 where none came), the object in the answer, and for how long to wait."""
        request = urllib.request.Request(self.url + "/advertiser/" + target, data=body, method=method)
        request.add_header("Authorization", "Bearer " + self.token)
        request.add_header("Accept", "application/json")
        if body is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, parsed(answer.read()), None
        except urllib.error.HTTPError as error:
            with error:
                return error.code, parsed(error.read()), error.headers.get("Retry-After")
        except (OSError, ValueError) as error:  # no connection, cut off, timed out
            return 0, {"message": str(getattr(error, "reason", error))}, None


def parsed(raw):
    """The JSON object in an answer; nothing where there is none."""
    try:
        answer = json.loads(raw)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def wait(after, attempt):
    """As long as the server says (Retry-After, in seconds), else twice as long each time."""
    told = after is not None and after.strip().isdigit()
    time.sleep(min(int(after) if told else 2 ** (attempt - 1) / 2, LONGEST_WAIT))


def read_orders(path):
    """Every order of the file, by its id."""
    orders = {}
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        missing = {"order_id", "state", "amount"} - set(rows.fieldnames or [])
        if missing:
            raise Stop(f"{path} needs the columns order_id, state and amount; it lacks {', '.join(sorted(missing))}")
        for row in rows:
            place = f"{path}, line {rows.line_num}"
            order = read_order(row, place)
            if orders.setdefault(row["order_id"], order) != order:
                raise Stop(f"{place}: order {row['order_id']} is there already, and differs")
    return orders


def read_order(row, place):
    amount, state = (row["amount"] or "").strip(), (row["state"] or "").strip()
    if not row["order_id"]:
        raise Stop(f"{place}: order_id must not be blank")
    if state not in STATES:
        raise Stop(f"{place}: state must be one of {', '.join(STATES)}, not {state!r}")
    if not (amount.isascii() and amount.isdigit()):
        raise Stop(f"{place}: amount must be a whole number of cents, not {amount!r}")
    return Order(state, int(amount), (row.get("currency") or "").strip().upper())


def read_pending(api, page_size, period):
    """Every pending conversion, the newest first.

    All of it is read before the first decision, so nothing that is decided moves what is still to be read, whoever serves
    it. What arrives meanwhile is for the next run.
    """
    pending, offset, total = {}, 0, 1
    while offset < total:
        page = api.get("conversions.list", status="pending", limit=page_size, offset=offset, **period)
        pending.update((row["id"], row) for row in page["data"])
        total = page["total"]
        offset += len(page["data"])
        if not page["data"]:
            break
    return list(pending.values())


def refunded(conversion):
    """What the customer got back already; where that is not told, nothing."""
    return conversion.get("amountRefunded", 0)


def kept(conversion):
    """What the customer keeps: what counts of the order, less what they got back."""
    return conversion["amount"] - refunded(conversion)


def plan(conversion, orders):
    """What is to be done about a conversion, and why: accept, update (and accept), refuse, or leave."""
    order, amount = orders.get(conversion["externalId"]), kept(conversion)
    if order is None:
        return Plan("leave", None, "the order file does not know it")
    if order.state in REASONS:
        return Plan("refuse", None, REASONS[order.state])
    if order.currency and order.currency != conversion["currency"]:
        return Plan("leave", None, f"it is in {conversion['currency']}, and {order.currency} in the order file")
    if order.amount == amount:
        return Plan("accept", None, "paid")
    if 0 < order.amount < amount:
        return Plan("update", order.amount + refunded(conversion), "partial return")
    return Plan("leave", None, f"it is {amount}, and {order.amount} in the order file")


def decide(api, conversion, todo):
    """Does what was planned; answers with the conversion as it is then."""
    program, known = conversion["program"]["id"], conversion["id"]
    if todo.action == "refuse":
        return api.post("conversions.refuse", program=program, id=known, reason=todo.reason)["data"][0]
    if todo.action == "update":
        now = api.get("conversions.info", id=known)["data"][0]
        if kept(now) != kept(conversion):
            raise Refused(409, f"the customer keeps {kept(now)} by now; the next run looks at it again")
        api.post("conversions.update", program=program, id=known, amount=todo.amount, reason=todo.reason)
    return api.post("conversions.accept", program=program, id=known)["data"][0]


def review(api, log, options):
    """Goes through everything that is pending; answers with what was counted."""
    orders = read_orders(options.orders)
    period = {name: value for name, value in (("from", options.since), ("to", options.until)) if value}
    counted, sums = collections.Counter(), collections.Counter()
    for conversion in read_pending(api, options.page_size, period):
        todo = plan(conversion, orders)
        result = "left" if todo.action == "leave" else "planned"
        try:
            if options.apply and todo.action != "leave":
                conversion = decide(api, conversion, todo)
                result = "done"
        except Refused as error:
            # Somebody else was faster, or it waits for something: the sentence says which.
            result = "not possible" if error.status == 409 else "failed"
            todo = todo._replace(reason=str(error), status=error.status)
        facts = {"id": conversion["id"], "order": conversion["externalId"], "amount": todo.amount, "reason": todo.reason}
        log.note("decision", action=todo.action, result=result, **facts)
        if result not in ("done", "planned"):
            print(f"{conversion['externalId']}: {result}, {todo.reason}")
        counted[todo.action if result in ("done", "planned", "left") else result] += 1
        if todo.action in ("accept", "update") and result in ("done", "planned"):
            sums[conversion["currency"]] += orders[conversion["externalId"]].amount
        if todo.status in (401, 403):
            print("the token is not taken any more; the rest was not tried")
            break
    return counted, sums


def summary(counted, sums, options):
    done = "" if options.apply else " (nothing was changed; --apply does it)"
    lines = [f"pending conversions reviewed: {sum(counted.values())}{done}"]
    names = [
        ("accept", "accepted"), ("update", "accepted after a partial return"), ("refuse", "refused"),
        ("leave", "left pending"), ("not possible", "not possible as things stand"), ("failed", "failed"),
    ]
    lines += [f"{counted[key]:>6}  {name}" for key, name in names]
    lines += [f"accepted orders in {currency}, in cents: {minor}" for currency, minor in sorted(sums.items())]
    return "\n".join(lines + [f"log: {options.log}"])


def read_options(arguments):
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--url", default="http://127.0.0.1:8080", help="the address of your Accrue, as its console prints it (default: %(default)s)")
    words.add_argument("--orders", required=True, help="the shop's order file, CSV")
    words.add_argument("--token-file", help="a file that holds the token; else ACCRUE_TOKEN does")
    words.add_argument("--from", dest="since", metavar="DAY", help="only what was reported from this day in UTC on")
    words.add_argument("--to", dest="until", metavar="DAY", help="only what was reported until this day in UTC")
    words.add_argument("--page-size", type=int, default=100, help="conversions per call, 1 to 100 (default: %(default)s)")
    words.add_argument("--log", default="affilae_review.log", help="where calls and decisions are noted (default: %(default)s)")
    words.add_argument("--apply", action="store_true", help="do it; else it only says what it would do")
    return words.parse_args(arguments)


def read_token(options):
    if options.token_file:
        with open(options.token_file, encoding="utf-8") as file:
            return file.read().strip()
    return os.environ.get("ACCRUE_TOKEN", "").strip()


def main(arguments=None):
    options = read_options(arguments)
    try:
        token = read_token(options)
        if not token:
            raise Stop("put a token with the scope manage into ACCRUE_TOKEN, or name a file with --token-file")
        address = urllib.parse.urlsplit(options.url)
        if address.scheme != "https" and address.hostname not in LOOPBACK:
            raise Stop(f"{options.url} is not https: the token could be read on its way")
        log = Log(options.log)
        counted, sums = review(Api(options.url, token, log), log, options)
    except (Stop, OSError, UnicodeError, csv.Error) as error:
        print(f"affilae_review: {error}", file=sys.stderr)
        return 2
    except Refused as error:
        where = f"nothing answers at {options.url}; name the address of your Accrue with --url" if error.status == 0 else ""
        print(f"affilae_review: the list cannot be read: {where or error}", file=sys.stderr)
        return 1
    print(summary(counted, sums, options))
    return 1 if counted["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
