using Microsoft.Extensions.Configuration;
using Recorder.Health;
using Recorder.Settings;

namespace Recorder.Tests.Settings;

public sealed class SettingsInForceTests
{
    [Fact]
    public void Each_value_names_its_source_and_the_strongest_wins()
    {
        using var folder = new Fakes.TestFolder();
        var file = Path.Combine(folder.Path, "settings.json");
        File.WriteAllText(file, """{"Recorder":{"Smtp":{"Hostname":"from.file","Domains":["example.edu"]},"NextHop":{"Host":"mail","UserName":"u","Password":"hunter2"}}}""");
        var settings = RecorderSettings.Load(file, ["--Recorder:Smtp:Hostname=from.argument"]);
        SettingInForce Of(string key) => Assert.Single(settings.InForce, one => one.Key == key);
        Assert.Equal(new SettingInForce("Smtp:Hostname", "from.argument", SettingSource.Argument), Of("Smtp:Hostname"));
        Assert.Equal(new SettingInForce("Smtp:Domains", "example.edu", SettingSource.File), Of("Smtp:Domains"));
        Assert.Equal(new SettingInForce("NextHop:Host", "mail", SettingSource.File), Of("NextHop:Host"));
        Assert.Equal(SettingSource.Default, Of("Web:Listen").Source);
    }

    [Fact]
    public void No_secret_is_among_them()
    {
        var settings = RecorderSettings.From(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Recorder:NextHop:Host"] = "mail", ["Recorder:NextHop:UserName"] = "u", ["Recorder:NextHop:Password"] = "hunter2",
            ["Recorder:Screening:Rspamd:Url"] = "http://name:hunter2@127.0.0.1:11333",
        }).Build());
        Assert.Null(Assert.Single(settings.InForce, one => one.Key == "NextHop:Password").Value);
        Assert.DoesNotContain(settings.InForce, one => one.Value?.Contains("hunter2", StringComparison.Ordinal) == true);
        Assert.Contains(settings.InForce, one => one.Value == "http://…@127.0.0.1:11333");
    }

    [Fact]
    public void Every_section_of_the_catalog_is_there()
    {
        var settings = RecorderSettings.From(new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["Recorder:Listeners:0:Listen"] = "127.0.0.1:2526", ["Recorder:Routes:0:Host"] = "mail", ["Recorder:Routes:0:Domains:0"] = "example.edu",
                ["Recorder:Mailboxes:0:Host"] = "imap", ["Recorder:Mailboxes:0:UserName"] = "archive", ["Recorder:Mailboxes:0:Password"] = "secret",
            }).Build());
        Assert.All(SettingsCatalog.Sections, section => Assert.Contains(settings.InForce, one => one.Key.StartsWith(section.Name + ":", StringComparison.Ordinal)));
    }
}
