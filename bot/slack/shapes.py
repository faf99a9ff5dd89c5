"""The payloads Slack sends, as far as Bolt and the listeners lean on them: which parts, and of which type.

Bolt takes a payload as it comes and trips over a wrong type. What Slack may leave out may be missing here.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, model_validator

Id = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9]{1,20}$")]
Stamp = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,12}\.[0-9]{1,9}$")]
Word = Annotated[str, StringConstraints(max_length=255)]
Url = Annotated[str, StringConstraints(max_length=3000)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class _Named(_Part):
    id: Id
    team_id: Id | None = None


class _Org(_Part):
    id: Id | None = None


class _Grant(_Part):
    team_id: Id | None = None
    enterprise_id: Id | None = None
    user_id: Id | None = None


class _Words(_Part):
    text: str


class _Message(_Part):
    ts: Stamp | None = None
    thread_ts: Stamp | None = None
    user: Id | None = None
    bot_id: Id | None = None
    text: str | None = None
    subtype: Word | None = None
    blocks: list[dict[str, Any]] | None = None
    files: list[dict[str, Any]] | None = None


class _Thread(_Part):
    user_id: Id | None = None
    channel_id: Id | None = None
    thread_ts: Stamp | None = None


class _Tokens(_Part):
    bot: list[Id] | None = None
    oauth: list[Id] | None = None


class _View(_Part):
    id: Word
    blocks: list[dict[str, Any]] | None = None
    callback_id: Word | None = None
    private_metadata: Annotated[str, StringConstraints(max_length=3000)] | None = None
    hash: Word | None = None
    team_id: Id | None = None
    app_installed_team_id: Id | None = None
    state: "_State | None" = None


class _Form(_View):
    """One that a person sent off: Bolt asks for both."""

    type: Word
    callback_id: Word


class _Choice(_Part):
    value: str | None = None
    text: _Words | None = None


class _Input(_Part):
    """What a field of a form holds."""

    type: Word | None = None
    value: str | None = None
    selected_option: _Choice | None = None
    selected_options: list[_Choice] | None = None
    selected_date: Word | None = None
    selected_time: Word | None = None
    selected_user: Id | None = None
    selected_conversation: Id | None = None
    selected_channel: Id | None = None


class _State(_Part):
    # Slack writes an empty one as a list.
    values: dict[str, dict[str, _Input]] | Annotated[list[Any], Field(max_length=0)] = {}


class _Event(_Message):
    type: Word
    user: Id | _Named | None = None  # type: ignore[assignment]  # whole where her account changed
    channel: Id | _Named | None = None
    channel_id: Id | None = None
    channel_type: Word | None = None
    user_id: Id | None = None
    team: Id | _Named | None = None
    team_id: Id | None = None
    event_ts: Stamp | None = None
    item: dict[str, Any] | None = None
    message: _Message | None = None
    previous_message: _Message | None = None
    assistant_thread: _Thread | None = None
    view: _View | None = None
    tokens: _Tokens | None = None
    tab: Word | None = None

    @model_validator(mode="after")
    def _whole(self) -> "_Event":
        """The events that are listened to have what their listeners take for granted."""
        if not _KNOWN.get(self.type, _anything)(self):
            raise ValueError("an event without its parts")
        return self


def _anything(event: _Event) -> bool:
    del event
    return True


def _said(event: _Event) -> bool:
    somebody = event.user is None or isinstance(event.user, str)
    return isinstance(event.channel, str) and event.ts is not None and somebody


_KNOWN: dict[str, Callable[[_Event], bool]] = {
    "message": _said,
    "app_mention": _said,
    "app_home_opened": lambda event: isinstance(event.user, str),
    "user_change": lambda event: isinstance(event.user, _Named),
    "agent_session_stopped": lambda event: isinstance(event.channel, str) and event.thread_ts is not None,
}


class _Container(_Part):
    type: Word | None = None
    message_ts: Stamp | None = None
    thread_ts: Stamp | None = None
    channel_id: Id | None = None
    view_id: Word | None = None
    is_ephemeral: bool | None = None


class _Action(_Input):
    action_id: Word
    block_id: Word | None = None
    value: Annotated[str, StringConstraints(max_length=3000)] | None = None
    text: _Words | None = None

    @model_validator(mode="after")
    def _labelled(self) -> "_Action":
        if self.type == "button" and self.text is None:
            raise ValueError("a button without its label")
        return self


class _Answer(_Part):
    response_url: Url | None = None


class _Payload(_Part):
    """What Bolt looks for in a payload of any kind."""

    team: _Named | None = None
    team_id: Id | None = None
    user_id: Id | None = None
    enterprise: _Org | None = None
    enterprise_id: Id | None = None
    channel_id: Id | None = None
    thread_ts: Stamp | None = None
    response_url: Url | None = None
    response_urls: list[_Answer] | None = None
    trigger_id: Word | None = None
    function_execution_id: None = None
    function_data: None = None
    bot_access_token: None = None
    command: None = None  # a command comes as a form, and a payload is one thing only
    ssl_check: None = None


class Happened(_Payload):
    type: Literal["event_callback"]
    team_id: Id
    event_id: Word
    event_time: Annotated[int, Field(ge=0, le=10**10)] | None = None  # seconds; further on is no date
    event: _Event
    authorizations: list[_Grant] | None = None
    user: None = None
    channel: None = None
    view: None = None


class Challenged(_Payload):
    type: Literal["url_verification"]
    challenge: Word


class Limited(_Payload):
    type: Literal["app_rate_limited"]


class _Interaction(_Payload):
    user: _Named
    channel: _Named | None = None
    event: None = None
    message: _Message | None = None
    view: _View | None = None
    container: _Container | None = None
    authorizations: list[_Grant] | None = None


class Acted(_Interaction):
    type: Literal["block_actions"]
    actions: list[_Action] = Field(min_length=1)
    state: _State | None = None
    trigger_id: Word

    @model_validator(mode="after")
    def _somewhere(self) -> "Acted":
        at_message = self.channel and self.container and self.container.message_ts
        if not (self.view or at_message):
            raise ValueError("a click on nothing")
        return self


class Submitted(_Interaction):
    type: Literal["view_submission", "view_closed"]
    view: _Form


class Suggesting(_Interaction):
    type: Literal["block_suggestion"]
    action_id: Word
    block_id: Word | None = None
    value: Annotated[str, StringConstraints(max_length=3000)]


class Shortcut(_Interaction):
    type: Literal["shortcut"]
    callback_id: Word
    trigger_id: Word


class MessageShortcut(Shortcut):
    type: Literal["message_action"]  # type: ignore[assignment]
    channel: _Named
    message: _Message


class Command(_Part):
    command: Annotated[str, StringConstraints(pattern="^/", max_length=255)]
    team_id: Id
    user_id: Id
    channel_id: Id
    trigger_id: Word
    text: str | None = None
    response_url: Url | None = None


POSTED: TypeAdapter[Any] = TypeAdapter(
    Annotated[Happened | Challenged | Limited, Field(discriminator="type")]
)
INTERACTED: TypeAdapter[Any] = TypeAdapter(
    Annotated[Acted | Submitted | Suggesting | Shortcut | MessageShortcut, Field(discriminator="type")]
)
