"""Tables of library callables that only compute: data, tested entry by entry.

A name stands here only if, given values of the types in ``pydron_runtime.machine.values.safety``, the callable computes
its result and does nothing else: it changes no argument, keeps no state, reads no clock, file, environment or generator
of random numbers, and does not hand out an object that it will change later.

Decisions that are not obvious:

* ``decimal``: arithmetic depends on the context of the thread, which only calls that are sync-points (``getcontext``,
  ``setcontext``, ``localcontext``) change. The flags it raises there only ever go from unset to set. So it counts as
  computing.
* ``numpy``: warnings of floating-point arithmetic are not counted as an effect. They appear once the operation has run,
  which for an operation that was put off may be later than the line after it, and name a place inside the machine.
  ``numpy.errstate`` is entered by a sync-point, so an operation runs under the settings of its place in the program.
* ``re.compile`` keeps what it compiled in a cache that nobody can see.
* ``random``: an own ``random.Random`` changes itself with each number, so its methods are not here.
* ``datetime``: never ``now`` and ``today``, nor ``fromtimestamp`` and ``strptime``, which read the time zone and the
  locale.
* ``pathlib``, ``os.path``: operations on the path as a text only; never what asks for the working directory.
* ``hashlib``: makes an object that can be changed; only the operation that makes it is known, and reading its digest.
* ``calendar``: never what depends on the first day of the week, which can be set.
* ``pandas`` is not here: what its methods do depends on options that can be set, and many hand out views.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydron.analysis import scipy_library
from pydron.analysis.tables import positions, table

_OWN: Mapping[str, frozenset[str]] = table(
    array="array",
    base64="""
        b16decode b16encode b32decode b32encode b64decode b64encode b85decode b85encode standard_b64decode
        standard_b64encode urlsafe_b64decode urlsafe_b64encode
    """,
    binascii="a2b_base64 a2b_hex b2a_base64 b2a_hex crc32 crc_hqx hexlify unhexlify",
    bisect="bisect bisect_left bisect_right",
    bz2="compress decompress",
    calendar="isleap monthrange timegm weekday",
    colorsys="hls_to_rgb hsv_to_rgb rgb_to_hls rgb_to_hsv rgb_to_yiq yiq_to_rgb",
    builtins="""
        abs all any ascii bin bool bytearray bytes callable chr complex dict divmod float format frozenset hash hex int
        isinstance issubclass len list max min oct ord pow range repr round set slice sorted str sum tuple
    """,
    operator="""
        abs add and_ attrgetter concat contains countOf eq floordiv ge getitem gt index indexOf inv invert is_ is_not
        itemgetter le length_hint lshift lt matmul methodcaller mod mul ne neg not_ or_ pos pow rshift sub truediv truth
        xor
    """,
    math="""
        acos acosh asin asinh atan atan2 atanh cbrt ceil comb copysign cos cosh degrees dist erf erfc exp exp2 expm1
        fabs factorial floor fma fmod frexp fsum gamma gcd hypot isclose isfinite isinf isnan isqrt lcm ldexp lgamma log
        log10 log1p log2 modf nextafter perm pow prod radians remainder sin sinh sqrt sumprod tan tanh trunc ulp
    """,
    cmath="""
        acos acosh asin asinh atan atanh cos cosh exp isclose isfinite isinf isnan log log10 phase polar rect sin sinh
        sqrt tan tanh
    """,
    collections="Counter OrderedDict defaultdict deque",
    copy="copy deepcopy",
    dataclasses="asdict astuple fields is_dataclass",
    datetime="date datetime time timedelta timezone",
    decimal="Decimal",
    difflib="get_close_matches",
    fnmatch="filter fnmatch fnmatchcase translate",
    fractions="Fraction",
    functools="reduce",
    genericpath="commonprefix",
    hashlib="""
        md5 pbkdf2_hmac sha1 sha224 sha256 sha384 sha3_224 sha3_256 sha3_384 sha3_512 sha512
    """,
    heapq="nlargest nsmallest",
    hmac="compare_digest digest",
    html="escape unescape",
    ipaddress="""
        IPv4Address IPv4Interface IPv4Network IPv6Address IPv6Interface IPv6Network ip_address ip_interface ip_network
    """,
    json="dumps loads",
    keyword="iskeyword",
    lzma="compress decompress",
    ntpath="basename commonpath dirname isabs join normcase normpath split splitdrive splitext",
    pathlib="PurePath PurePosixPath PureWindowsPath Path",
    posixpath="basename commonpath dirname isabs join normcase normpath split splitdrive splitext",
    pprint="isreadable isrecursive pformat saferepr",
    re="compile escape findall fullmatch match search split sub subn",
    shlex="join quote split",
    statistics="""
        correlation covariance fmean geometric_mean harmonic_mean linear_regression mean median median_grouped
        median_high median_low mode multimode pstdev pvariance quantiles stdev variance
    """,
    string="capwords",
    struct="calcsize pack unpack unpack_from",
    textwrap="dedent fill indent shorten wrap",
    typing="cast",
    unicodedata="""
        bidirectional category combining decimal decomposition digit east_asian_width is_normalized lookup mirrored name
        normalize numeric
    """,
    urllib__parse="""
        parse_qs parse_qsl quote quote_from_bytes quote_plus unquote unquote_plus unquote_to_bytes urldefrag urlencode
        urljoin urlparse urlsplit urlunparse urlunsplit
    """,
    uuid="UUID uuid3 uuid5",
    zlib="adler32 compress crc32 decompress",
    numpy="""
        abs absolute add all allclose amax amin angle any append arange arccos arccosh arcsin arcsinh arctan arctan2
        arctanh argmax argmin argpartition argsort argwhere around array array_equal array_equiv array_split asanyarray
        asarray asarray_chkfinite ascontiguousarray asfortranarray atleast_1d atleast_2d atleast_3d average bartlett
        bincount bitwise_and bitwise_not bitwise_or bitwise_xor blackman block broadcast_shapes broadcast_to can_cast
        cbrt ceil choose clip column_stack complex128 complex64 compress concatenate conj conjugate convolve copy
        copysign corrcoef correlate cos cosh count_nonzero cov cross cumprod cumsum deg2rad degrees delete diag
        diag_indices diagflat diagonal diff digitize divide divmod dot dsplit dstack ediff1d einsum equal exp exp2
        expand_dims expm1 extract eye fabs fix flatnonzero flip fliplr flipud float16 float32 float64 float_power floor
        floor_divide fmax fmin fmod frexp fromiter full full_like gcd geomspace gradient greater greater_equal hamming
        hanning heaviside histogram histogram2d histogramdd hsplit hstack hypot i0 identity imag indices inner insert
        int16 int32 int64 int8 interp intersect1d invert isclose iscomplex iscomplexobj isfinite isin isinf isnan
        isneginf isposinf isreal isrealobj isscalar ix_ kaiser kron lcm ldexp left_shift less less_equal lexsort
        linspace log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or logical_xor logspace
        matmul matrix_transpose max maximum mean median meshgrid min minimum mod modf moveaxis multiply nan_to_num
        nanargmax nanargmin nancumprod nancumsum nanmax nanmean nanmedian nanmin nanpercentile nanprod nanquantile
        nanstd nansum nanvar ndim negative nextafter nonzero not_equal ones ones_like outer packbits pad partition
        percentile permute_dims poly polyadd polyder polydiv polyfit polyint polymul polysub polyval positive power
        prod promote_types ptp quantile rad2deg radians ravel ravel_multi_index real reciprocal remainder repeat
        require reshape resize result_type right_shift rint roll rollaxis roots rot90 round searchsorted select
        setdiff1d setxor1d shape sign signbit sin sinc sinh size sort sort_complex spacing split sqrt square squeeze
        stack std subtract sum swapaxes take tan tanh tensordot tile trace transpose trapezoid tri tril tril_indices
        trim_zeros triu triu_indices true_divide trunc uint16 uint32 uint64 uint8 union1d unique unique_counts
        unique_inverse unique_values unravel_index unwrap vander var vdot vecdot vsplit vstack where zeros
        zeros_like
    """,
    numpy__linalg="""
        cholesky cond det eig eigh eigvals eigvalsh inv lstsq matrix_power matrix_rank multi_dot norm pinv qr slogdet
        solve svd tensorinv tensorsolve
    """,
    numpy__fft="""
        fft fft2 fftfreq fftn fftshift hfft ifft ifft2 ifftn ifftshift ihfft irfft irfft2 irfftn rfft rfft2 rfftfreq
        rfftn
    """,
)

FUNCTIONS: Mapping[str, frozenset[str]] = {**_OWN, **scipy_library.FUNCTIONS}
"""Module -> names of functions and classes that compute at once.

``numpy.empty`` and ``empty_like`` are not here: what they give is whatever the memory held.
"""

LAZY: Mapping[str, frozenset[str]] = table(
    builtins="enumerate filter map reversed zip",
    itertools="""
        accumulate batched chain combinations combinations_with_replacement compress count cycle dropwhile filterfalse
        groupby islice pairwise permutations product repeat starmap takewhile zip_longest
    """,
)
"""Module -> names of iterators, which take from their arguments later."""

PASSING: Mapping[str, frozenset[str]] = table(builtins="enumerate reversed zip", itertools="chain islice zip_longest")
"""Of these iterators, the ones that hand elements on without looking at them or keeping one."""

_OWN_CALLING: Mapping[str, frozenset[str]] = table(
    bisect="bisect bisect_left bisect_right",
    heapq="nlargest nsmallest",
    builtins="filter map max min sorted",
    functools="reduce",
    itertools="accumulate dropwhile filterfalse groupby starmap takewhile",
    re="sub subn",
    collections="defaultdict",
    json="dumps loads",
    numpy="pad",
)

CALLING: Mapping[str, frozenset[str]] = {**_OWN_CALLING, **scipy_library.CALLING}
"""Module -> names of those that call functions they are given; these have to be known to compute only as well."""

FUNCTION_POSITIONS: Mapping[str, int] = {
    **scipy_library.FUNCTION_POSITIONS,
    **dict.fromkeys("nlargest nsmallest".split(), 2),
    **dict.fromkeys("defaultdict dropwhile filter filterfalse map reduce starmap takewhile".split(), 0),
    **dict.fromkeys("accumulate groupby sub subn".split(), 1),
    "pad": 2,
}
"""Name of one of those -> index of the positional argument that is called. The others are given it by keyword."""

FRESH: Mapping[str, frozenset[str]] = table(
    builtins="""
        abs all any ascii bin bool bytearray bytes callable chr complex dict divmod float format frozenset hash hex int
        isinstance issubclass len list oct ord pow range repr round set slice sorted str
        sum
    """,
    math=" ".join(FUNCTIONS["math"]),
    cmath=" ".join(FUNCTIONS["cmath"]),
    collections="Counter OrderedDict defaultdict deque",
    copy="copy deepcopy",
    operator="abs pow",
    numpy="""
        all any arange array concatenate copy cumsum eye fromiter full full_like identity isclose linspace ones
        ones_like prod round stack sum zeros zeros_like
    """,
)
"""Module -> names of functions whose result is an object that nobody else has, or cannot be changed.

Of ``sum`` this is so without a start.
"""

METHODS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "collections": table(
        Counter="copy get items keys most_common total values",
        OrderedDict="copy get items keys values",
        deque="copy count index",
    ),
    "datetime": table(
        date="ctime isocalendar isoformat isoweekday replace timetuple toordinal weekday",
        datetime="""
            ctime date dst isocalendar isoformat isoweekday replace time timetuple timetz toordinal tzname utcoffset
            utctimetuple weekday
        """,
        time="dst isoformat replace tzname utcoffset",
        timedelta="total_seconds",
        timezone="dst fromutc tzname utcoffset",
    ),
    "decimal": table(
        Decimal="""
            adjusted as_integer_ratio as_tuple canonical compare conjugate copy_abs copy_negate copy_sign exp fma
            is_canonical is_finite is_infinite is_nan is_normal is_qnan is_signed is_snan is_subnormal is_zero ln log10
            logb max min next_minus next_plus normalize number_class quantize remainder_near rotate same_quantum scaleb
            shift sqrt to_eng_string to_integral_exact to_integral_value
        """,
    ),
    "fractions": table(Fraction="as_integer_ratio conjugate limit_denominator"),
    "numpy": table(
        ndarray="""
            all any argmax argmin argsort astype clip conj conjugate copy cumprod cumsum diagonal dot flatten item max
            mean min nonzero prod ravel repeat reshape round searchsorted squeeze std sum swapaxes take tobytes tolist
            trace transpose var
        """,
    ),
    "pathlib": {
        name: frozenset(
            "as_posix is_absolute is_relative_to joinpath match relative_to with_name with_stem with_suffix".split()
        )
        for name in ("PurePosixPath", "PureWindowsPath", "PosixPath", "WindowsPath")
    },
    "re": table(
        Pattern="findall fullmatch match search split sub subn",
        Match="end expand group groupdict groups span start",
    ),
}  # fmt: skip
"""Module -> class -> names of methods of exactly this class that only compute, given values of builtin types."""

CLASS_METHODS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "builtins": table(
        bytes="fromhex maketrans", dict="fromkeys", float="fromhex", int="from_bytes", str="maketrans"
    ),
    "datetime": table(
        date="fromisocalendar fromisoformat fromordinal",
        datetime="combine fromisocalendar fromisoformat fromordinal",
        time="fromisoformat",
    ),
    "decimal": table(Decimal="from_float"),
    "fractions": table(Fraction="from_decimal from_float"),
}  # fmt: skip
"""Module -> class -> names of methods of the class itself that only compute."""

FORBIDDEN_KEYWORDS: frozenset[str] = frozenset({"memo", "out", "overwrite_input"})
"""Keyword arguments that name an object to be changed."""


OUTPUT_POSITIONS: Mapping[str, Mapping[str, int]] = {
    **scipy_library.OUTPUT_POSITIONS,
    "numpy": positions(
        """
        all:2 amax:2 amin:2 any:2 argmax:2 argmin:2 around:2 choose:2 clip:3 compress:3 concatenate:2 cumprod:3
        cumsum:3 dot:2 fix:1 isneginf:1 isposinf:1 max:2 mean:3 median:2 min:2 nan_to_num:1 nanargmax:2 nanargmin:2
        nancumprod:3 nancumsum:3 nanmax:2 nanmean:3 nanmedian:2 nanmin:2 nanpercentile:3 nanprod:3 nanquantile:3
        nanstd:3 nansum:3 nanvar:3 outer:2 percentile:3 prod:3 ptp:2 quantile:3 round:2 stack:2 std:3 sum:3 take:3
        trace:5 var:3
        """
    ),
    "copy": positions("deepcopy:1"),
    "numpy.fft": positions(
        """
        fft:4 fft2:4 fftn:4 hfft:4 ifft:4 ifft2:4 ifftn:4 ihfft:4 irfft:4 irfft2:4 irfftn:4 rfft:4 rfft2:4 rfftn:4
        """
    ),
}
"""Module -> function -> index of the positional argument that names an object to be changed.

For a ufunc it is the first after its operands.
"""

OUTPUT_KEYWORDS: Mapping[str, frozenset[str]] = {
    **scipy_library.OUTPUT_KEYWORDS,
    "numpy.nan_to_num": frozenset({"copy"}),
}
"""Module, or dotted name of a function -> keyword arguments, besides these, with which it may do more than compute."""

RETURNED: Mapping[str, Mapping[str, int]] = {"typing": {"cast": 1}}
"""Module -> function that gives back an argument as it is -> the index of that argument."""

METHOD_OUTPUT_POSITIONS: Mapping[str, int] = positions(
    """
    all:1 any:1 argmax:1 argmin:1 clip:2 conj:0 conjugate:0 cumprod:2 cumsum:2 dot:1 max:1 mean:2 min:1 prod:2 round:1
    std:2 sum:2 take:2 trace:4 var:2
    """
)
"""The same for methods of arrays."""
