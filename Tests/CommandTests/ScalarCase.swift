import Testing

/// A scalar as written in YAML without quotes, and how other programs interpret it.
///
/// The values of crictl are from its main branch of November 2026 (sigs.k8s.io/yaml 1.6 and cri-api 0.36): the value that
/// `yaml.Unmarshal` stores in a field of `PodSandboxConfig`, `ContainerConfig` or `LinuxContainerResources`, and the value
/// that `common.ReadConfig` reads from crictl.yaml. Those of YAML 1.1 are from PyYAML 6.0.3.
struct ScalarCase: CustomTestStringConvertible, Sendable {
  let text: String
  /// The value of a label, of an argument or of another string.
  let label: String?
  /// The value of an `int64`; nil if crictl rejects it.
  let number: Int64?
  /// The value of a Boolean; nil if crictl rejects it.
  let flag: Bool?
  /// The value of `timeout` in crictl.yaml; nil if crictl rejects it.
  let seconds: Int64?
  /// The value of `debug` in crictl.yaml; nil if crictl rejects it.
  let debug: Bool?
  /// The value and its type in Python.
  let pyYAML: String

  var testDescription: String { text }

  /// - Parameter row: The properties in the order above, separated by ` | `. A minus sign means nil, and the label is
  ///   in quotes.
  private init(row: Substring) {
    let cells = row.split(separator: " | ").map(String.init)
    text = cells[0]
    label = cells[1] == "-" ? nil : String(cells[1].dropFirst().dropLast())
    number = Int64(cells[2])
    flag = Bool(cells[3])
    seconds = Int64(cells[4])
    debug = Bool(cells[5])
    pyYAML = cells[6]
  }

  static let all = table.split(separator: "\n").map { ScalarCase(row: $0) }

  private static let table = #"""
    0 | "0" | 0 | - | 0 | false | int 0
    -0 | "0" | 0 | - | 0 | - | int 0
    +0 | "0" | 0 | - | 0 | - | int 0
    00 | "0" | 0 | - | 0 | - | int 0
    1 | "1" | 1 | - | 1 | true | int 1
    12 | "12" | 12 | - | 12 | - | int 12
    +12 | "12" | 12 | - | 12 | - | int 12
    -7 | "-7" | -7 | - | -7 | - | int -7
    007 | "7" | 7 | - | 7 | - | int 7
    017 | "15" | 15 | - | 17 | - | int 15
    -017 | "-15" | -15 | - | -17 | - | int -15
    +017 | "15" | 15 | - | 17 | - | int 15
    08 | "8" | 8 | - | 8 | - | str 08
    09 | "9" | 9 | - | 9 | - | str 09
    0o17 | "15" | 15 | - | - | - | str 0o17
    0O17 | "15" | 15 | - | - | - | str 0O17
    0o | "0o" | - | - | - | - | str 0o
    -0o7 | "-7" | -7 | - | - | - | str -0o7
    0o8 | "0o8" | - | - | - | - | str 0o8
    0x1F | "31" | 31 | - | - | - | int 31
    0X1f | "31" | 31 | - | - | - | str 0X1f
    -0x10 | "-16" | -16 | - | - | - | int -16
    +0x10 | "16" | 16 | - | - | - | int 16
    0x | "0x" | - | - | - | - | str 0x
    0xg | "0xg" | - | - | - | - | str 0xg
    0x-1 | "0x-1" | - | - | - | - | str 0x-1
    0x_10 | "16" | 16 | - | - | - | int 16
    0x1p4 | "0x1p4" | - | - | - | - | str 0x1p4
    0xFFFFFFFFFFFFFFFF | "18446744073709551615" | - | - | - | - | int 18446744073709551615
    0xFFFFFFFFFFFFFFFFF | "0xFFFFFFFFFFFFFFFFF" | - | - | - | - | int 295147905179352825855
    0b101 | "5" | 5 | - | - | - | int 5
    0B101 | "5" | 5 | - | - | - | str 0B101
    -0b11 | "-3" | -3 | - | - | - | int -3
    0b12 | "0b12" | - | - | - | - | str 0b12
    0b | "0b" | - | - | - | - | str 0b
    1_000 | "1000" | 1000 | - | - | - | int 1000
    1__0 | "10" | 10 | - | - | - | int 10
    1_ | "1" | 1 | - | - | - | int 1
    _1 | "_1" | - | - | - | - | str _1
    0_7 | "7" | 7 | - | - | - | int 7
    -_1 | "-1" | -1 | - | - | - | str -_1
    9223372036854775807 | "9223372036854775807" | 9223372036854775807 | - | 9223372036854775807 | - | int 9223372036854775807
    9223372036854775808 | "9223372036854775808" | - | - | - | - | int 9223372036854775808
    18446744073709551615 | "18446744073709551615" | - | - | - | - | int 18446744073709551615
    18446744073709551616 | "1.8446744e+19" | - | - | - | - | int 18446744073709551616
    -9223372036854775808 | "-9223372036854775808" | -9223372036854775808 | - | -9223372036854775808 | - | int -9223372036854775808
    -9223372036854775809 | "-9.223372e+18" | - | - | - | - | int -9223372036854775809
    123456789012345678901234567890 | "1.2345679e+29" | - | - | - | - | int 123456789012345678901234567890
    4294967295 | "4294967295" | 4294967295 | - | 4294967295 | - | int 4294967295
    4294967296 | "4294967296" | 4294967296 | - | 4294967296 | - | int 4294967296
    01777777777777777777777777 | "1.7777777e+24" | - | - | - | - | int 9444732965739290427391
    0.5 | "0.5" | - | - | - | - | float 0.5
    0.10 | "0.1" | - | - | - | - | float 0.1
    -0.25 | "-0.25" | - | - | - | - | float -0.25
    0.01 | "0.01" | - | - | - | - | float 0.01
    0.77 | "0.77" | - | - | - | - | float 0.77
    +0.5 | "0.5" | - | - | - | - | float 0.5
    0. | "0" | 0 | - | - | - | float 0.0
    0.0 | "0" | 0 | - | - | - | float 0.0
    -0.0 | "-0" | 0 | - | - | - | float -0.0
    00.5 | "0.5" | - | - | - | - | float 0.5
    09.5 | "9.5" | - | - | - | - | float 9.5
    .5 | "0.5" | - | - | - | - | float 0.5
    -.5 | "-0.5" | - | - | - | - | str -.5
    +.5 | "0.5" | - | - | - | - | str +.5
    5. | "5" | 5 | - | - | - | float 5.0
    . | "." | - | - | - | - | str .
    .. | ".." | - | - | - | - | str ..
    .e1 | ".e1" | - | - | - | - | str .e1
    1.5 | "1.5" | - | - | - | - | float 1.5
    1.50 | "1.5" | - | - | - | - | float 1.5
    1.0 | "1" | 1 | - | - | - | float 1.0
    3.14159265358979 | "3.1415927" | - | - | - | - | float 3.14159265358979
    16777217.5 | "1.6777218e+07" | - | - | - | - | float 16777217.5
    123456.5 | "123456.5" | - | - | - | - | float 123456.5
    1234567.5 | "1.2345675e+06" | - | - | - | - | float 1234567.5
    123456789.5 | "1.2345679e+08" | - | - | - | - | float 123456789.5
    0.0001 | "0.0001" | - | - | - | - | float 0.0001
    0.00001 | "1e-05" | - | - | - | - | float 1e-05
    0e5 | "0" | 0 | - | - | - | str 0e5
    0E5 | "0" | 0 | - | - | - | str 0E5
    1e3 | "1000" | 1000 | - | - | - | str 1e3
    1E3 | "1000" | 1000 | - | - | - | str 1E3
    1e+3 | "1000" | 1000 | - | - | - | str 1e+3
    1e-5 | "1e-05" | - | - | - | - | str 1e-5
    1E-5 | "1e-05" | - | - | - | - | str 1E-5
    6.02e23 | "6.02e+23" | - | - | - | - | str 6.02e23
    1.5e9 | "1.5e+09" | 1500000000 | - | - | - | str 1.5e9
    1e18 | "1e+18" | 1000000000000000000 | - | - | - | str 1e18
    1e21 | "1e+21" | - | - | - | - | str 1e21
    1e | "1e" | - | - | - | - | str 1e
    1e+ | "1e+" | - | - | - | - | str 1e+
    e1 | "e1" | - | - | - | - | str e1
    1e400 | "1e400" | - | - | - | - | str 1e400
    1e300 | "+Inf" | - | - | - | - | str 1e300
    1e-400 | "0" | 0 | - | - | - | str 1e-400
    .5e400 | ".5e400" | - | - | - | - | str .5e400
    1_0.5 | "10.5" | - | - | - | - | float 10.5
    .5_5 | "0.55" | - | - | - | - | float 0.55
    1_000.25_5 | "1000.255" | - | - | - | - | float 1000.255
    0x1.8 | "0x1.8" | - | - | - | - | str 0x1.8
    1.2.3 | "1.2.3" | - | - | - | - | str 1.2.3
    0.4.0 | "0.4.0" | - | - | - | - | str 0.4.0
    0.0.0.0 | "0.0.0.0" | - | - | - | - | str 0.0.0.0
    10.0.0.1 | "10.0.0.1" | - | - | - | - | str 10.0.0.1
    0:30 | "0:30" | - | - | - | - | str 0:30
    1:30 | "1:30" | - | - | - | - | int 90
    12:30:45 | "12:30:45" | - | - | - | - | int 45045
    190:20:30.15 | "190:20:30.15" | - | - | - | - | float 685230.15
    0:0:0 | "0:0:0" | - | - | - | - | str 0:0:0
    1:99 | "1:99" | - | - | - | - | str 1:99
    0-3 | "0-3" | - | - | - | - | str 0-3
    0-5,8 | "0-5,8" | - | - | - | - | str 0-5,8
    0,2 | "0,2" | - | - | - | - | str 0,2
    0/8 | "0/8" | - | - | - | - | str 0/8
    0s | "0s" | - | - | - | - | str 0s
    0m5 | "0m5" | - | - | - | - | str 0m5
    0.5s | "0.5s" | - | - | - | - | str 0.5s
    500m | "500m" | - | - | - | - | str 500m
    0Mi | "0Mi" | - | - | - | - | str 0Mi
    0x1Fh | "0x1Fh" | - | - | - | - | str 0x1Fh
    500KiB | "500KiB" | - | - | - | - | str 500KiB
    1,000 | "1,000" | - | - | - | - | str 1,000
    1 000 | "1 000" | - | - | - | - | str 1 000
    true | "true" | - | true | - | true | bool true
    True | "true" | - | true | - | true | bool true
    TRUE | "true" | - | true | - | true | bool true
    tRue | "tRue" | - | - | - | - | str tRue
    yes | "true" | - | true | - | - | bool true
    Yes | "true" | - | true | - | - | bool true
    on | "true" | - | true | - | - | bool true
    ON | "true" | - | true | - | - | bool true
    y | "true" | - | true | - | - | str y
    Y | "true" | - | true | - | - | str Y
    t | "t" | - | - | - | true | str t
    false | "false" | - | false | - | false | bool false
    False | "false" | - | false | - | false | bool false
    no | "false" | - | false | - | - | bool false
    off | "false" | - | false | - | - | bool false
    n | "false" | - | false | - | - | str n
    N | "false" | - | false | - | - | str N
    f | "f" | - | - | - | false | str f
    null | "" | 0 | false | - | - | null
    Null | "" | 0 | false | - | - | null
    NULL | "" | 0 | false | - | - | null
    nULL | "nULL" | - | - | - | - | str nULL
    ~ | "" | 0 | false | - | - | null
    .nan | "NaN" | - | - | - | - | float nan
    .NaN | "NaN" | - | - | - | - | float nan
    .inf | "+Inf" | - | - | - | - | float inf
    +.inf | "+Inf" | - | - | - | - | float inf
    -.Inf | "-Inf" | - | - | - | - | float -inf
    nan | "nan" | - | - | - | - | str nan
    NaN | "NaN" | - | - | - | - | str NaN
    inf | "inf" | - | - | - | - | str inf
    Infinity | "Infinity" | - | - | - | - | str Infinity
    -Infinity | "-Infinity" | - | - | - | - | str -Infinity
    2026-11-21 | "2026-11-21" | - | - | - | - | date 2026-11-21
    2026-02-30 | "2026-02-30" | - | - | - | - | error
    2026-11-21T07:43:00Z | "2026-11-21T07:43:00Z" | - | - | - | - | datetime 2026-11-21 07:43:00+00:00
    2026-11-21 07:43:00 | "2026-11-21 07:43:00" | - | - | - | - | datetime 2026-11-21 07:43:00
    2026-1-2 | "2026-1-2" | - | - | - | - | str 2026-1-2
    20261121 | "20261121" | 20261121 | - | 20261121 | - | int 20261121
    << | "<<" | - | - | - | - | error
    = | "=" | - | - | - | - | error
    + | "+" | - | - | - | - | str +
    -+1 | "-+1" | - | - | - | - | str -+1
    --1 | "--1" | - | - | - | - | str --1
    +-1 | "+-1" | - | - | - | - | str +-1
    1- | "1-" | - | - | - | - | str 1-
    '0.5' | "0.5" | - | - | - | - | str 0.5
    "0.5" | "0.5" | - | - | - | - | str 0.5
    !!str 0.5 | "0.5" | - | - | - | - | str 0.5
    !!float 3 | "3" | 3 | - | 3 | - | float 3.0
    !!int 0.5 | - | - | - | - | - | error
    !!int 017 | "15" | 15 | - | 17 | - | int 15
    sha256:abc | "sha256:abc" | - | - | - | - | str sha256:abc
    v1.0 | "v1.0" | - | - | - | - | str v1.0
    1.29.0 | "1.29.0" | - | - | - | - | str 1.29.0
    0xdeadbeef | "3735928559" | 3735928559 | - | - | - | int 3735928559
    0123456789 | "1.2345679e+08" | 123456789 | - | 123456789 | - | str 0123456789
    0644 | "420" | 420 | - | 644 | - | int 420
    1e10 | "1e+10" | 10000000000 | - | - | - | str 1e10
    ٣ | "٣" | - | - | - | - | str ٣
    .5__5 | ".5__5" | - | - | - | - | float 0.55
    .5_ | ".5_" | - | - | - | - | float 0.5
    ._5 | "._5" | - | - | - | - | str ._5
    .5e1_0 | "5e+09" | 5000000000 | - | - | - | str .5e1_0
    1.e3 | "1000" | 1000 | - | - | - | str 1.e3
    """#
}
