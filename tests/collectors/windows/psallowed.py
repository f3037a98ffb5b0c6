"""What a section of the collecting script may use: everything else is refused. Names in lower case; each line says why it only reads.

Sections are held to `SECTION` alone. The runtime around them (`_head`, `_tail`) and the end of the offline script (`_offline`) need a
little more, and each has it for itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field


def words(text: str) -> frozenset[str]:
    """Names parted by blanks."""
    return frozenset(text.split())


# Constructs of the language that are understood. Whatever the grammar calls otherwise is refused, so a construct nobody has thought
# of is refused too: trap, class, data, workflow, inlinescript, here-strings, redirections, using, begin/process/end, dynamicparam.
NODES = words(
    """
    program statement_list statement_block script_block script_block_body script_block_expression pipeline pipeline_chain
    assignment_expression assignment_operator assignment_value left_assignment_expression post_increment_expression
    pre_increment_expression
    additive_expression additive_argument_expression multiplicative_expression multiplicative_argument_expression bitwise_expression
    bitwise_argument_expression comparison_expression comparison_argument_expression comparison_operator logical_expression
    logical_argument_expression format_expression format_argument_expression range_expression range_argument_expression
    expression_with_unary_operator unary_expression cast_expression
    array_expression array_literal_expression array_type_name parenthesized_expression sub_expression
    hash_entry hash_literal_body hash_literal_expression key_expression
    argument_expression argument_expression_list argument_list command command_argument_sep command_elements
    command_invocation_operator command_name command_name_expr command_parameter path_command_name generic_token
    invocation_expression member_access member_name element_access simple_name
    type_identifier type_literal type_name type_spec dimension
    string_literal verbatim_string_characters expandable_string_literal integer_literal decimal_integer_literal
    hexadecimal_integer_literal real_literal variable braced_variable comment
    if_statement elseif_clauses elseif_clause else_clause while_statement while_condition do_statement for_statement for_initializer
    for_condition for_iterator foreach_statement foreach_parameter switch_statement switch_condition switch_body switch_clauses
    switch_clause switch_clause_condition switch_parameters try_statement catch_clauses catch_clause catch_type_list finally_clause
    flow_control_statement
    """
)

# command -> parameters that it may be given. Nothing here makes, changes or starts anything.
COMMANDS: dict[str, frozenset[str]] = {
    "get-acl": frozenset({"-literalpath"}),
    "get-childitem": frozenset({"-path", "-literalpath", "-filter", "-recurse", "-force"}),
    "get-date": frozenset({"-date"}),
    "get-item": frozenset({"-path", "-literalpath", "-force"}),
    "get-itemproperty": frozenset({"-path", "-literalpath", "-name"}),
    "get-process": frozenset({"-name", "-id"}),
    "get-wmiobject": frozenset({"-query", "-namespace"}),  # WQL knows no verb but reading; -Class would let a variable in
    "join-path": frozenset({"-path", "-childpath"}),
    "split-path": frozenset({"-path", "-leaf", "-parent"}),
    "resolve-path": frozenset({"-literalpath"}),
    "test-path": frozenset({"-path", "-literalpath"}),
    "select-object": frozenset({"-property", "-expandproperty", "-first", "-last", "-skip", "-unique"}),
    "where-object": frozenset({"-filterscript"}),
    "foreach-object": frozenset({"-process", "-begin", "-end"}),  # blocks alone: given a name it calls that method
    "sort-object": frozenset({"-property", "-descending", "-unique"}),
    "group-object": frozenset({"-property"}),
    "measure-object": frozenset({"-property", "-sum", "-maximum", "-minimum"}),
    "new-object": frozenset({"-typename", "-comobject", "-argumentlist"}),  # what it may make: TYPES_MADE, COM
    # the runtime's own functions (`_head.ps1`), held to this list themselves
    "get-rows": frozenset(),
    "get-reg": frozenset(),
    "get-keys": frozenset(),
    "get-names": frozenset(),
    "part": frozenset(),
    "read-sql": frozenset(),
    "read-file": frozenset(),
    "find-files": frozenset(),
    "get-events": frozenset(),
    # modules of Windows Server that show a role's settings; Get- alone
    "get-dhcpserverv4scope": frozenset(),
    "get-dhcpserverv4scopestatistics": frozenset(),
    "get-dhcpserverv4exclusionrange": frozenset(),
    "get-dhcpserverv4failover": frozenset(),
    "get-dhcpserverv4optionvalue": frozenset({"-scopeid"}),
    "get-dfsnroot": frozenset({"-path"}),
    "get-winevent": frozenset({"-filterhashtable", "-logname", "-maxevents", "-oldest"}),  # events are read, never cleared
}

# types in casts, tests (-is) and New-Object; a cast to [wmi], [wmiclass], [scriptblock], [ref] or [xml] is no reading of a value
TYPES = words(
    """
    string int uint32 int32 int64 uint64 long byte char bool double single decimal datetime timespan guid version void array hashtable
    enum dbnull valuetype iconvertible ipaddress net.ipaddress intptr regex
    collections.idictionary collections.ienumerable security.principal.securityidentifier security.principal.ntaccount
    """
)
TYPES_MADE = frozenset(
    {
        "security.principal.securityidentifier",  # a SID out of bytes or text
        "security.principal.ntaccount",  # a name, to be translated into its SID
        "security.principal.windowsprincipal",  # what this account is: IsInRole
        "unauthorizedaccessexception",  # to be thrown: "an account without rights is shown nothing" is no "there is none"
        "collections.arraylist",  # lists in memory
        "collections.queue",
        "text.stringbuilder",
    }
)
# COM classes, and the methods that may be called on them stand in METHODS
COM = frozenset(
    {
        "schedule.service",  # the Task Scheduler: Connect, GetFolder, GetFolders, GetTasks show what is there
        "comadmin.comadmincatalog",  # COM+ applications: GetCollection, Populate fill a copy in memory; SaveChanges is not on the list
    }
)
# [type]::member, called or read
STATIC: dict[str, frozenset[str]] = {
    "environment": frozenset(
        {"getenvironmentvariable", "getfolderpath", "machinename", "userdomainname", "username", "osversion", "systemdirectory"}
    ),
    "convert": frozenset({"tostring", "tobase64string", "frombase64string", "toint32", "toint64", "touint32"}),
    "bitconverter": frozenset({"tostring", "toint32", "toint64", "touint32", "touint16"}),
    "math": frozenset({"min", "max", "floor"}),
    "intptr": frozenset({"size"}),
    "string": frozenset({"isnullorempty", "join"}),
    "double": frozenset({"isnan", "isinfinity"}),
    "datetime": frozenset({"now", "utcnow", "fromfiletimeutc"}),
    "timezoneinfo": frozenset({"local"}),
    "io.directory": frozenset({"getaccesscontrol"}),  # the rights of a folder; Get-Acl of PowerShell 2.0 knows no literal path
    "io.path": frozenset({"combine", "getfilename", "getextension", "getdirectoryname"}),  # texts; no disk is touched
    "text.encoding": frozenset({"ascii", "utf8", "unicode"}),
    "globalization.cultureinfo": frozenset({"invariantculture"}),
    "microsoft.win32.registry": frozenset({"localmachine", "users"}),  # keys are opened by OpenSubKey with one argument: to read
    "security.principal.windowsidentity": frozenset({"getcurrent"}),
    "security.principal.windowsbuiltinrole": frozenset({"administrator"}),
    "diagnostics.fileversioninfo": frozenset({"getversioninfo"}),
    "net.networkinformation.ipglobalproperties": frozenset({"getipglobalproperties"}),
}
# Methods of instances, by name alone: the type is not known, so a name stands here only where no class known to PowerShell, WMI or
# COM changes anything by a method of that name with those arguments. Replace is not here: FileInfo.Replace swaps files.
METHODS = words(
    """
    tostring touniversaltime tolowerinvariant toupperinvariant tolower toupper trim trimend trimstart split substring startswith
    endswith indexof lastindexof contains tochararray toarray getbytes getstring adddays
    getvalue getsubkeynames getvaluenames getvaluekind gettype translate getnames isinrole getsecuritydescriptorbinaryform
    getactivetcplisteners getactiveudplisteners
    getfolders getfolder gettasks
    getcollection populate
    """
)
PROPERTY_READ = "'GetProperty'"  # the only way in which InvokeMember may be called
ADSI_PROPERTIES = frozenset({"'ADsPath'", "'Class'", "'Name'", "'objectSid'"})
ADSI_LISTS = frozenset({"'Members'", "'Groups'"})  # what psbase.Invoke may call on an ADSI object: lists of accounts
FORBIDDEN_VARIABLES = words(
    """
    executioncontext pscmdlet host myinvocation psdefaultparametervalues psscriptroot this stacktrace outputencoding
    erroractionpreference warningpreference progresspreference debugpreference verbosepreference confirmpreference
    whatifpreference psmoduleautoloadingpreference psmodulepath shellid
    """
)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one kind of file may use beyond the lists above."""

    is_section: bool
    commands: dict[str, frozenset[str]] = field(default_factory=dict)
    nodes: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    made: frozenset[str] = frozenset()
    static: dict[str, frozenset[str]] = field(default_factory=dict)
    methods: frozenset[str] = frozenset()
    properties: frozenset[str] = frozenset()  # $variable.property that may be set
    elements: frozenset[str] = frozenset()  # variables whose elements may be set
    called: frozenset[str] = frozenset()  # variables that & may call
    variables: frozenset[str] = frozenset()  # of FORBIDDEN_VARIABLES
    stream: str = r"(?!)"  # how an IO.FileStream may be opened: a pattern of the whole command


SECTION = Allowed(is_section=True)
_OWN: dict[str, frozenset[str]] = dict.fromkeys(("write-aktext", "write-akvalue", "write-akrow", "get-aknumber", "section"), frozenset())
HEAD = Allowed(
    is_section=False,
    commands=_OWN,
    nodes=frozenset({"function_statement", "function_name", "function_parameter_declaration", "parameter_list", "script_parameter"}),
    types=words(
        """
        management.automation.psobject management.automation.pscustomobject management.automation.commandnotfoundexception
        management.managementexception unauthorizedaccessexception security.securityexception
        """
    ),
    made=frozenset(
        {
            "data.sqlclient.sqlconnectionstringbuilder",  # the address of a database, as a text
            "data.sqlclient.sqlconnection",  # used by Read-Sql alone, which sends one SELECT
            "security.principal.windowsprincipal",
            "io.fileinfo",
            "io.directoryinfo",
            "io.filestream",  # its mode must be Open and its access Read: checked by its text
            "byte[]",
        }
    ),
    static={
        "diagnostics.stopwatch": frozenset({"startnew"}),
        "runtime.interopservices.marshal": frozenset({"gethrforexception"}),
        "io.filemode": frozenset({"open"}),
        "io.fileaccess": frozenset({"read"}),
        "io.fileshare": frozenset({"readwrite", "delete"}),  # what others may do meanwhile
        "io.fileattributes": frozenset({"reparsepoint"}),
        "environment": frozenset({"machinename", "userdomainname", "username"}),
        "security.principal.windowsidentity": frozenset({"getcurrent"}),
        "security.principal.windowsbuiltinrole": frozenset({"administrator"}),
    },
    methods=words("isinrole append add enqueue dequeue open close createcommand executereader read getname getfiles getdirectories"),
    properties=frozenset({"akout.length", "akask.commandtext", "akask.commandtimeout"}),
    elements=frozenset({"akrow", "akend", "akfirst", "akfilter", "akhow"}),
    called=frozenset({"akblock"}),
    variables=frozenset({"erroractionpreference", "warningpreference", "progresspreference"}),
    stream=r"\AN[^(]*\(\$ak\w+\.FullName, \[IO\.FileMode\]::Open, \[IO\.FileAccess\]::Read, ",
)
TAIL = Allowed(
    is_section=False,
    made=frozenset(
        {
            "io.memorystream",
            "io.compression.gzipstream",
            "security.cryptography.sha256managed",
            "security.cryptography.sha256cryptoserviceprovider",
        }
    ),
    static={"console": frozenset({"openstandardoutput"}), "io.compression.compressionmode": frozenset({"compress"})},
    methods=words("write close flush computehash"),  # into memory, and onto standard output
)
# The one file that writes: one new file, closed to a public key, and nothing over what is there.
OFFLINE = Allowed(
    is_section=False,
    commands=_OWN,
    made=TAIL.made
    | frozenset(
        {
            "io.filestream",  # its mode must be CreateNew: checked by its text
            "byte[]",
            "security.cryptography.rngcryptoserviceprovider",
            "security.cryptography.rsacryptoserviceprovider",  # holds the public key alone
            "security.cryptography.rijndaelmanaged",
            "security.cryptography.aescryptoserviceprovider",
            "security.cryptography.hmacsha256",
        }
    ),
    static={
        "io.compression.compressionmode": frozenset({"compress"}),
        "io.filemode": frozenset({"createnew"}),
        "io.fileaccess": frozenset({"write"}),
        "io.fileshare": frozenset({"none"}),
        "array": frozenset({"copy"}),
    },
    methods=words("append write close computehash fromxmlstring encrypt createencryptor transformfinalblock"),
    properties=frozenset({"akaes.key", "akmac.key"}),
    elements=frozenset({"akbundle"}),
    stream=r"\AN[^(]*\(\[IO\.Path\]::Combine\(\$akTo, \$akName\), \[IO\.FileMode\]::CreateNew, \[IO\.FileAccess\]::Write, ",
)
BEGIN = Allowed(
    is_section=False,
    static={"io.path": frozenset({"ispathrooted"})},
    variables=frozenset({"myinvocation"}),  # where the script lies
)
FILES = {"_offline_begin": BEGIN, "_head": HEAD, "_tail": TAIL, "_offline": OFFLINE}
