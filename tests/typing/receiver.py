"""The receiver's types, checked and never run."""

from typing import assert_type

from anilist_oauth import CompletedLogin, Login, LoginFlow, Verified
from anilist_oauth.receiver import CallbackReceiver


async def a_bot(flow: LoginFlow) -> None:
    """Begin a login, wait, and use the result."""
    async with CallbackReceiver(flow, bind=("127.0.0.1", 8080)) as receiver:
        assert_type(receiver, CallbackReceiver)
        assert_type(await receiver.login(subject="discord:42", label="@mika", timeout=60), Login)
        assert_type(await receiver.implicit(), Login)
        assert_type(receiver.addresses, tuple[tuple[str, int], ...])


async def an_accepted_token(flow: LoginFlow, login: Login, verified: Verified) -> None:
    """Finish a login with a verified token, and end a login with a reason."""
    assert_type(await flow.accept(verified, login=login), CompletedLogin)
    await flow.cancel(login, reason="timeout")
    await flow.cancel(login, reason="bored")  # type: ignore[arg-type]  # there are two reasons
    CallbackReceiver(flow, bind="127.0.0.1:8080")  # type: ignore[arg-type]  # a host and a port are two things
