using System.CommandLine;
using Switchboard.Cli;

namespace Switchboard.Features.Setup;

/// <summary>What can be given to <c>setup</c>. No secret is one of them: every user of a machine sees command lines.</summary>
internal sealed class SetupOptions
{
    public const string DefaultOutput = "/etc/switchboard/appsettings.json";

    public Option<bool> Yes { get; } = new("--yes") { Description = "Ask nothing: take flags, then the configuration that exists, then defaults" };
    public Option<string?> Output { get; } = Named("--output", "FILE", $"The configuration to write (default {DefaultOutput}); secrets stand in files beside it");
    public Option<string?> HotelName { get; } = Named("--hotel-name", "NAME", "The hotel's name");
    public Option<string?> Zone { get; } = Named("--zone", "ZONE", "The hotel's time zone by its IANA name, such as Asia/Shanghai");
    public Option<string?> Languages { get; } = Named("--languages", "LIST", "The languages that are said, in their order, such as \"zh en\"");
    public Option<string?> HttpUrl { get; } = Named("--http-url", "URL", $"Where the worker's API listens (default {CliOptions.DefaultUrl})");
    public Option<string?> PbxHost { get; } = Named("--pbx-host", "HOST", "The PBX's host (default 127.0.0.1)");
    public Option<int?> PbxPort { get; } = new("--pbx-port") { HelpName = "PORT", Description = "AMI's port (default 5038, with TLS 5039)" };
    public Option<bool?> PbxTls { get; } = new("--pbx-tls") { Description = "AMI over TLS" };
    public Option<string?> PbxTlsAuthority { get; } = Named("--pbx-tls-authority", "FILE", "The only authority to trust for it (PEM)");
    public Option<string?> PbxTlsHostName { get; } = Named("--pbx-tls-host-name", "NAME", "The name that its certificate bears, where it is not the host");
    public Option<string?> AmiUser { get; } = Named("--ami-user", "NAME", "The AMI user (default switchboard)");
    public Option<string?> AmiSecretFile { get; } = Named("--ami-secret-file", "FILE", "A file with the AMI user's secret");
    public Option<string?> DatabaseHost { get; } = Named("--database-host", "HOST", "PostgreSQL's host, or the folder of its socket (default 127.0.0.1; by its socket Debian's lets only the system user of the same name in)");
    public Option<int?> DatabasePort { get; } = new("--database-port") { HelpName = "PORT", Description = "Its port (default 5432)" };
    public Option<string?> DatabaseName { get; } = Named("--database-name", "NAME", "The database (default switchboard)");
    public Option<string?> DatabaseUser { get; } = Named("--database-user", "NAME", "Its user (default switchboard)");
    public Option<string?> DatabasePasswordFile { get; } = Named("--database-password-file", "FILE", "A file with that user's password; without one none is sent");
    public Option<string?> ConnectionString { get; } = Named("--connection-string", "TEXT", "Npgsql's own form instead of host, port, name and user; without a password");
    public Option<string?> AsteriskDir { get; } = Named("--asterisk-dir", "DIR", "Write the PBX's side into this folder of Asterisk's (/etc/asterisk), keeping backups; else it is printed");
    public Option<string?> AsteriskData { get; } = Named("--asterisk-data", "DIR", "Asterisk's data folder, above 'sounds' (default: as asterisk.conf says)");
    public Option<string?> MessagesDir { get; } = Named("--messages-dir", "DIR", "The folder of callers' messages (default: switchboard-messages in Asterisk's spool folder)");
    public Option<string?> MessagesDirAtPbx { get; } = Named("--messages-dir-at-pbx", "DIR", "The same as the PBX sees it, where that differs");
    public Option<bool> FreePbx { get; } = new("--freepbx") { Description = "The PBX is a FreePBX: its *_custom files are used" };
    public Option<bool> Reload { get; } = new("--reload") { Description = "Have Asterisk on this machine read what was written (asterisk -rx, or fwconsole reload)" };
    public Option<bool> Unchecked { get; } = new("--unchecked") { Description = "Write without connecting to the PBX and the database: they are not there yet" };
    public Option<bool> Remove { get; } = new("--remove") { Description = "Take out of --asterisk-dir exactly what setup wrote there" };
    public Option<string?> BundledFolder { get; } = Bundled();

    public static Option<string?> Bundled() => Named("--bundled", "DIR", "Where the files for the PBX are (default /usr/share/switchboard/asterisk-config, else beside the executable)");

    public IEnumerable<Option> All() =>
    [
        Yes, Output, HotelName, Zone, Languages, HttpUrl, PbxHost, PbxPort, PbxTls, PbxTlsAuthority, PbxTlsHostName, AmiUser, AmiSecretFile,
        DatabaseHost, DatabasePort, DatabaseName, DatabaseUser, DatabasePasswordFile, ConnectionString,
        AsteriskDir, AsteriskData, MessagesDir, MessagesDirAtPbx, FreePbx, Reload, Unchecked, Remove, BundledFolder,
    ];

    private static Option<string?> Named(string name, string help, string description) => new(name) { HelpName = help, Description = description };
}
