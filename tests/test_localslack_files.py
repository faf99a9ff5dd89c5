"""Files: the three steps of an upload, who may see one, what messages carry, and what is refused."""

from collections.abc import Sequence
from typing import Any

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from localslack.files import MOST_BYTES
from tests.localslack_room import JSON, Room, bolt, room, until

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


async def upload(
    place: Room, *files: tuple[str, bytes], user: str = "ana", channel: str = "general", **fields: str
) -> tuple[int, JSON]:
    """A person's upload, as the page sends it."""
    form = aiohttp.FormData({"user": user, "channel": channel, **fields})
    for name, data in files:
        form.add_field("file", data, filename=name, content_type="application/x-whatever")
    async with place.http.post(f"{place.server.url}/control/upload", data=form) as response:
        return response.status, await response.json()


async def download(place: Room, file_id: str, viewer: str) -> tuple[int, bytes, str]:
    params = {"id": file_id, "viewer": viewer}
    async with place.http.get(f"{place.server.url}/control/file", params=params) as response:
        return response.status, await response.read(), response.content_type


async def expect(place: Room, name: str = "cartera.csv", length: int = 4) -> tuple[str, str]:
    """The first step: a file's id and where its bytes go."""
    answer = await place.api("files.getUploadURLExternal", filename=name, length=length)
    return str(answer["file_id"]), str(answer["upload_url"])


async def put(place: Room, url: str, data: Any) -> tuple[int, str]:
    async with place.http.post(url, data=data) as response:
        return response.status, await response.text()


async def made(place: Room, name: str = "cartera.csv", data: bytes = b"a,b\n", **more: Any) -> str:
    """A file of the app, all three steps."""
    file_id, url = await expect(place, name, len(data))
    assert (await put(place, url, data))[0] == 200
    answer = await place.api("files.completeUploadExternal", files=[{"id": file_id}], **more)
    assert answer["ok"], answer
    return file_id


# --- the app uploads ---
async def test_the_sdk_uploads_two_files_into_a_thread() -> None:
    async with bolt(lambda app: None) as (place, app):
        root = (await place.do("say", user="ana", channel="general", text="¿y el reporte?"))["ts"]
        answer = await app.client.files_upload_v2(
            file_uploads=[
                {"filename": "cartera.xlsx", "content": b"PK..", "title": "Cartera de hoy"},
                {"filename": "curva ñ.png", "content": PNG},
            ],
            channel="C1",
            thread_ts=root,
            initial_comment="Aquí está",
        )
        assert [file["shares"] for file in answer["files"]] == [{}, {}]  # as in Slack: only files.info says
        _root, message = await place.messages("general", "ana")
        assert (message["subtype"], message["text"], message["thread_ts"]) == (
            "file_share",
            "Aquí está",
            root,
        )
        first, second = message["files"]
        assert (first["title"], first["filetype"], first["is_image"]) == ("Cartera de hoy", "xlsx", False)
        assert (second["mimetype"], second["size"], second["is_image"]) == ("image/png", len(PNG), True)
        info = await app.client.files_info(file=first["id"])
        [share] = info["file"]["shares"]["public"]["C1"]
        assert (share["ts"], share["thread_ts"]) == (message["ts"], root)
        assert info["file"]["channels"] == ["C1"]
        async with place.http.get(second["url_private"]) as response:
            assert response.url.path == "/"  # without a token Slack shows a login page
        bearer = {"Authorization": "Bearer xoxb-test"}
        async with place.http.get(second["url_private"], headers=bearer) as response:
            assert (response.status, await response.read()) == (200, PNG)


async def test_an_upload_address_takes_a_form_too() -> None:
    async with room() as place:
        file_id, url = await expect(place)
        form = aiohttp.FormData()
        form.add_field("filename", b"a,b\n", filename="cartera.csv")
        assert await put(place, url, form) == (200, "OK - 4")
        answer = await place.api("files.completeUploadExternal", files=[{"id": file_id}], channel_id="C1")
        assert answer["files"][0]["id"] == file_id


@pytest.mark.parametrize("data", [b"a,b", b"a,b\n!"])
async def test_the_length_must_be_what_was_announced(data: bytes) -> None:
    async with room() as place:
        file_id, url = await expect(place)
        status, body = await put(place, url, data)
        assert (status, "length_mismatch" in body) == (400, True)
        refused = await place.api("files.completeUploadExternal", files=[{"id": file_id}])
        assert refused["error"] == "file_not_found"


async def test_an_upload_address_is_good_once() -> None:
    async with room() as place:
        _file_id, url = await expect(place)
        assert (await put(place, url, b"a,b\n"))[0] == 200
        assert (await put(place, url, b"c,d\n"))[0] == 404
        assert (await put(place, f"{place.server.url}/upload/v1/nada", b"x"))[0] == 404


@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        ("getUploadURLExternal", {"filename": "a.csv"}, "missing_argument"),
        ("getUploadURLExternal", {"length": 3}, "invalid_arguments"),
        ("getUploadURLExternal", {"filename": "a", "length": MOST_BYTES + 1}, "file_upload_size_restricted"),
        ("getUploadURLExternal", {"filename": "a", "length": 1, "alt_txt": "x" * 1001}, "alt_txt_too_large"),
        (
            "getUploadURLExternal",
            {"filename": "a", "length": 2**21, "snippet_type": "sql"},
            "snippet_too_large",
        ),
        ("completeUploadExternal", {"files": "no"}, "invalid_arguments"),
        ("completeUploadExternal", {"files": []}, "invalid_arguments"),
        ("completeUploadExternal", {"files": [{"id": "F0"}]}, "file_not_found"),
        ("info", {"file": "F0"}, "file_not_found"),
        ("delete", {"file": "F0"}, "file_not_found"),
        ("list", {"types": "cuadros"}, "unknown_type"),
        ("list", {"user": "U7"}, "user_not_found"),
    ],
)
async def test_errors_have_slacks_names(method: str, args: JSON, error: str) -> None:
    async with room() as place:
        answer = await place.api(f"files.{method}", **args)
        assert (answer["ok"], answer["error"]) == (False, error)


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"channel_id": "C9"}, "channel_not_found"),
        ({"channel_id": "C2"}, "not_in_channel"),
        ({"channels": "C1,C9"}, "invalid_channel"),
        ({"channels": ",".join(["C1"] * 101)}, "channels_limit_exceeded"),
        ({"channels": "C1,G1", "thread_ts": "1.1"}, "invalid_arguments"),
        ({"channel_id": "C1", "thread_ts": "1.1"}, "thread_not_found"),
        ({"channel_id": "C1", "blocks": [{"type": "x"}]}, "invalid_blocks"),
        ({"channel_id": "C1", "blocks": "no"}, "invalid_blocks"),
        ({"channel_id": "C1", "blocks": [{"type": "markdown", "text": "x"}]}, "internal_error"),
    ],
)
async def test_sharing_is_all_or_nothing(args: JSON, error: str) -> None:
    async with room() as place:
        file_id, url = await expect(place)
        await put(place, url, b"a,b\n")
        refused = await place.api("files.completeUploadExternal", files=[{"id": file_id}], **args)
        assert refused["error"] == error
        assert (await place.see("messages", viewer="ana"))["messages"] == []
        again = await place.api("files.completeUploadExternal", files=[{"id": file_id}], channels="C1,G1")
        assert again["ok"]
        assert len((await place.see("messages", viewer="ana"))["messages"]) == 2


async def test_blocks_come_with_the_file_when_there_is_no_comment() -> None:
    async with room() as place:
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*Cierre*"}}]
        await made(place, channel_id="C1", blocks=blocks)
        await made(place, channel_id="C1", blocks=blocks, initial_comment="solo esto")
        first, second = await place.messages("general", "ana")
        assert first["blocks"][0]["text"]["text"] == "*Cierre*"
        assert ("blocks" in second, second["text"]) == (False, "solo esto")


# --- people upload ---
async def test_a_persons_file_reaches_the_app_as_slack_tells_it() -> None:
    events: list[JSON] = []

    def build(app: AsyncApp) -> None:
        @app.event("file_shared")
        async def shared(event: Any) -> None:
            events.append(event)

        @app.event({"type": "message", "subtype": "file_share"})
        async def message(event: Any) -> None:
            events.append(event)

    async with bolt(build) as (place, app):
        status, answer = await upload(place, ("pagos.csv", b"a;b\n"), text="@beto revisa")
        assert (status, answer["channel"]) == (200, "C1")

        async def both() -> bool:
            return len(events) == 2

        await until(both)
        shared, message = sorted(events, key=lambda event: event["type"])
        assert (shared["file_id"], shared["channel_id"], shared["user_id"]) == (
            answer["files"][0]["id"],
            "C1",
            "U1",
        )
        assert (message["text"], message["ts"], message["channel_type"]) == (
            "<@U2> revisa",
            answer["ts"],
            "channel",
        )
        url = message["files"][0]["url_private"]
        async with place.http.get(url, headers={"Authorization": f"Bearer {app.client.token}"}) as response:
            assert await response.read() == b"a;b\n"


@pytest.mark.parametrize(
    ("fields", "files", "error"),
    [
        ({"channel": "secreto", "user": "beto"}, [("a.txt", b"x")], "channel_not_found"),
        ({"user": "nadie"}, [("a.txt", b"x")], "user_not_found"),
        ({}, [], "invalid_form_data"),
        ({"thread_ts": "1.1"}, [("a.txt", b"x")], "thread_not_found"),
        ({"view_id": "V1"}, [("a.txt", b"x")], "view_not_found"),
    ],
)
async def test_an_upload_that_cannot_be_is_refused_and_keeps_nothing(
    fields: dict[str, str], files: Sequence[tuple[str, bytes]], error: str
) -> None:
    async with room() as place:
        status, answer = await upload(place, *files, **fields)
        assert (status in (400, 404), answer["error"]) == (True, error)
        assert place.server.app.first.files.room == MOST_BYTES


async def test_all_files_together_have_a_limit() -> None:
    async with room() as place:
        place.server.app.first.files.most_bytes = 10
        assert (await upload(place, ("a.txt", b"123456")))[0] == 200
        status, answer = await upload(place, ("b.txt", b"123456"))
        assert (status, answer["error"]) == (400, "storage_limit_reached")
        refused = await place.api("files.getUploadURLExternal", filename="c.txt", length=5)
        assert refused["error"] == "storage_limit_reached"


# --- who sees what ---
async def test_a_file_is_for_those_who_see_where_it_is() -> None:
    async with room() as place:
        _, private = await upload(place, ("a.txt", b"de gerencia"), channel="gerencia")
        _, secret = await upload(place, ("b.txt", b"sin la app"), channel="secreto")
        file_id = private["files"][0]["id"]
        assert (await download(place, file_id, "ana"))[:2] == (200, b"de gerencia")
        assert (await download(place, file_id, "beto"))[0] == 404
        assert (await place.api("files.info", file=file_id))["file"]["groups"] == ["G1"]
        hidden = await place.api("files.info", file=secret["files"][0]["id"])
        assert hidden["error"] == "file_not_found"
        bearer = {"Authorization": "Bearer xoxb-test"}
        async with place.http.get(secret["files"][0]["url_private"], headers=bearer) as response:
            assert response.status == 404
        unshared = await made(place)
        assert (await download(place, unshared, "ana"))[0] == 404


async def test_without_the_guard_everybody_would_read_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    async with room() as place:
        _, private = await upload(place, ("a.txt", b"de gerencia"), channel="gerencia")
        monkeypatch.setattr(place.server.app.first.files, "sees", lambda viewer, file: True)
        assert (await download(place, private["files"][0]["id"], "beto"))[:2] == (200, b"de gerencia")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"x"),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\nx"),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Disposition: form-data; name=user\r\n\r\nana\r\n--b--",
        ),
        ("application/json", b"{}"),
        ("multipart/mixed; boundary=b", b"--b--"),
    ],
)
async def test_a_broken_form_is_refused(kind: str, body: bytes) -> None:
    async with room() as place:
        _file_id, url = await expect(place)
        for address in (f"{place.server.url}/control/upload", url):
            async with place.http.post(address, data=body, headers={"Content-Type": kind}) as response:
                assert response.status in (400, 404)
        assert place.server.app.first.files.room == MOST_BYTES


async def test_what_is_uploaded_is_never_a_page_of_this_server() -> None:
    async with room() as place:
        _, answer = await upload(
            place, ("x.html", b"<script>1</script>"), ("y.svg", b"<svg/>"), ("z.png", PNG)
        )
        kinds = []
        for file in answer["files"]:
            params = {"id": file["id"], "viewer": "ana"}
            async with place.http.get(f"{place.server.url}/control/file", params=params) as response:
                kinds.append(response.headers["Content-Disposition"].partition(";")[0])
                assert "sandbox" in response.headers["Content-Security-Policy"]
        assert kinds == ["attachment", "attachment", "inline"]


async def test_lists_are_filtered_and_paged() -> None:
    async with room() as place:
        for name in ("a.csv", "b.png", "c.png"):
            await made(place, name, channel_id="C1")
        await upload(place, ("d.pdf", b"%PDF"), channel="gerencia")

        async def names(**args: Any) -> list[str]:
            return [file["name"] for file in (await place.api("files.list", **args))["files"]]

        assert await names() == ["d.pdf", "c.png", "b.png", "a.csv"]
        assert await names(types="images") == ["c.png", "b.png"]
        assert await names(user="U1") == ["d.pdf"]
        assert await names(channel="C1", count=2, page=2) == ["a.csv"]
        assert await names(ts_to=1) == []


# --- deleting ---
async def test_a_deleted_file_leaves_its_tombstone() -> None:
    async with room() as place:
        file_id = await made(place, channel_id="C1", initial_comment="míralo")
        assert (await place.api("files.delete", file=file_id))["ok"]
        [message] = await place.messages("general", "ana")
        assert (message["text"], message["files"]) == ("míralo", [{"id": file_id, "mode": "tombstone"}])
        assert (await download(place, file_id, "ana"))[0] == 404
        for method in ("info", "delete"):
            assert (await place.api(f"files.{method}", file=file_id))["error"] == "file_deleted"
        assert (await place.api("files.list"))["files"] == []


async def test_only_own_files_are_deleted() -> None:
    async with room() as place:
        _, answer = await upload(place, ("a.txt", b"x"))
        refused = await place.api("files.delete", file=answer["files"][0]["id"])
        assert refused["error"] == "cant_delete_file"


# --- files in blocks and in updates ---
async def test_an_image_block_shows_a_file_to_whoever_sees_the_message() -> None:
    async with room() as place:
        chart, table = await made(place, "curva.png", PNG), await made(place)

        async def post(channel: str, wanted: JSON) -> JSON:
            image = {"type": "image", "alt_text": "curva", "slack_file": wanted}
            return await place.api("chat.postMessage", channel=channel, text="x", blocks=[image])

        assert "must be an image" in str(await post("C1", {"id": table}))
        assert "invalid slack file" in str(await post("C1", {"id": "F0NADA"}))
        assert (await download(place, chart, "ana"))[0] == 404
        assert (await post("G1", {"id": chart}))["ok"]
        assert (await download(place, chart, "ana"))[0] == 200
        assert (await download(place, chart, "beto"))[0] == 404
        url = (await place.api("files.info", file=chart))["file"]["url_private"]
        assert (await post("C1", {"url": url}))["ok"]
        assert (await download(place, chart, "beto"))[0] == 200


async def test_a_streamed_image_is_seen_while_it_streams() -> None:
    async with room() as place:
        chart = await made(place, "curva.png", PNG)
        root = (await place.do("say", user="ana", channel="@cartera", text="¿y la curva?"))["ts"]
        dm = (await place.do("open_dm", user="ana", **{"with": "cartera"}))["channel"]["id"]
        where = await place.api("chat.startStream", channel=dm, thread_ts=root, markdown_text="Va: ")
        image = {"type": "image", "alt_text": "curva", "slack_file": {"id": chart}}
        chunks = [{"type": "blocks", "blocks": [image]}]
        assert (await place.api("chat.appendStream", channel=dm, ts=where["ts"], chunks=chunks))["ok"]
        assert (await download(place, chart, "ana"))[0] == 200
        assert (await download(place, chart, "beto"))[0] == 404


async def test_an_update_brings_a_file_along() -> None:
    async with bolt(lambda app: None) as (place, app):
        ts = (await app.client.chat_postMessage(channel="C1", text="preparando…"))["ts"]
        file_id = await made(place)
        await app.client.chat_update(channel="C1", ts=ts, text="listo", file_ids=[file_id])
        [message] = await place.messages("general", "ana")
        assert [file["id"] for file in message["files"]] == [file_id]
        with pytest.raises(SlackApiError) as refused:
            await app.client.chat_update(channel="C1", ts=ts, text="x", file_ids=["F0NADA"])
        assert refused.value.response["error"] == "file_not_found"


async def test_another_workspaces_token_finds_no_file() -> None:
    async with room() as place:
        file_id = await made(place, channel_id="C1")
        url = (await place.api("files.info", file=file_id))["file"]["url_private"]
        client = AsyncWebClient(token="xoxb-otro", base_url=place.server.api_url, session=place.http)
        with pytest.raises(SlackApiError) as refused:
            await client.files_info(file=file_id)
        assert refused.value.response["error"] == "invalid_auth"
        async with place.http.get(
            url, headers={"Authorization": "Bearer xoxb-otro"}, allow_redirects=False
        ) as response:
            assert response.status == 302
