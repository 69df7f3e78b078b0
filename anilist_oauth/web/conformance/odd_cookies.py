"""Cookie headers in which no binding cookie may be found. They set another name, or no browser sends them."""

NAME = "__Host-anilist-0123456789abcdef"
VALUE = "1790000000000000." + "b" * 43
_COOKIE = f"{NAME}={VALUE}".encode()
_BYTES = NAME.encode()
_VALUE = VALUE.encode()

_BLANKS = [  # characters that str.strip removes, and invisible characters, in Latin-1 and in UTF-8
    *(
        b"\t",
        b"\x0b",
        b"\x0c",
        b"\x1c",
        b"\x1d",
        b"\x1e",
        b"\x1f",
        b"\x85",
        b"\xa0",
        b"\xad",
    ),
    *(b"\xc2\xa0", b"\xc2\x85", b"\xe2\x80\x83", b"\xe2\x80\xa8", b"\xe3\x80\x80", b"\xef\xbb\xbf"),
]

ODD_HEADERS: list[bytes] = [
    *(blank + _COOKIE for blank in _BLANKS),
    *(b"a=b; " + blank + _COOKIE for blank in _BLANKS),
    *(_BYTES + blank + b"=" + _VALUE for blank in [b" ", *_BLANKS]),
    b"x=y " + _COOKIE,  # one cookie whose value contains a blank
    b"x=y\t" + _COOKIE,
    b"x=y, " + _COOKIE,
    b"x=y," + _COOKIE,
    b"x=y&" + _COOKIE,
    b"x=y;  " + _COOKIE,
    b"x " + _COOKIE,
    b'x="y; ' + _COOKIE[:4] + b'"' + _COOKIE[4:],
    b'x="y" ' + _COOKIE,
    b'x="' + _COOKIE + b'"',
    b"x=" + _COOKIE,
    b"=" + _COOKIE,  # a cookie without a name
    b"$Version=1, " + _COOKIE,
    b"$" + _COOKIE,
    b'"' + _BYTES + b'"=' + _VALUE,
    _COOKIE.replace(b"=", b":"),
    _COOKIE.replace(b"__Host-", b"__HOST-"),
    _COOKIE.replace(b"__Host-", b"__host-"),
    _COOKIE.replace(b"__Host-", b"%5F%5FHost-"),
    _COOKIE.replace(b"__Host-", b"\\137\\137Host-"),
    _COOKIE.replace(b"__Host-", b"__Host\xad-"),
    _COOKIE.replace(b"__Host-", b"\xef\xbc\xbf\xef\xbc\xbfHost-"),  # full-width letters
    _COOKIE + b"; " + _COOKIE,
    b"a=b; " + _COOKIE + b"; c=d; " + _COOKIE,
    _BYTES,
    b"",
]
