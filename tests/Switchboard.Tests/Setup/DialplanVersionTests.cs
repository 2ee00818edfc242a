using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Switchboard.Features.Setup;

namespace Switchboard.Tests.Setup;

/// <summary>"switchboard check" tells an old dialplan by its number, so a change must not keep it.</summary>
public class DialplanVersionTests
{
    private const string Digest = "9ddda7667488a48b";

    [Fact]
    public void A_change_of_the_dialplan_is_a_new_version_of_it()
    {
        var bundle = Bundle.Find(null)!;
        var text = string.Concat(bundle.DialplanFiles.Select(file => bundle.Read(file)));
        var number = $"exten => version,1,NoOp({CheckTables.DialplanVersion})";
        Assert.True(text.Contains(number, StringComparison.Ordinal), $"extensions_switchboard_check.conf must say {number}, as CheckTables.DialplanVersion");
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
        Assert.True(digest == Digest, $"the dialplan has changed: where a released one differs, raise the number in extensions_switchboard_check.conf and CheckTables.DialplanVersion; then set the digest here to {digest}");
    }

    [Fact]
    public void Every_context_that_is_checked_is_one_of_the_dialplan_s()
    {
        var bundle = Bundle.Find(null)!;
        var conf = AsteriskConf.Of(string.Concat(bundle.DialplanFiles.Select(file => bundle.Read(file) + "\n")));
        foreach (var context in CheckTables.Contexts.Where(context => context.Name != "switchboard-lease" || bundle.DialplanFiles.Contains("extensions_switchboard_lease.conf")))
        {
            Assert.True(conf.Has(context.Name), context.Name);
            if (context.Extension is { } extension) Assert.Contains(conf.Lines, line => line.Section == context.Name && line.Value.StartsWith(extension + ",", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_family_of_AstDB_that_the_dialplan_speaks_of_is_forgotten_when_it_is_taken_out()
    {
        var bundle = Bundle.Find(null)!;
        var spoken = bundle.DialplanFiles.SelectMany(file => Regex.Matches(bundle.Read(file), "switchboard_[a-z]+(?=/)").Select(match => match.Value)).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(spoken, CheckTables.Families);
    }

    [Fact]
    public void Every_module_that_is_checked_is_loaded_by_the_lab_s_PBX()
    {
        var loaded = Bundle.Find(null)!.Conf("modules.conf").Lines.Where(line => line.Key == "load").Select(line => line.Value).ToHashSet();
        Assert.Empty(CheckTables.Modules.Select(module => module.Name + ".so").Except(loaded));
    }
}
