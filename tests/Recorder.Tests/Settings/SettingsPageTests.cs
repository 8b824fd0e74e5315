using Recorder.Tests.Architecture;

namespace Recorder.Tests.Settings;

public sealed class SettingsPageTests
{
    /// <summary>To write the page anew: RECORDER_WRITE_DOCS=1 and run this test.</summary>
    [Fact]
    public void The_settings_page_says_what_the_code_says()
    {
        var file = Path.Combine(Tree.Root, "docs", "settings.md");
        var page = SettingsPage.Write();
        if (Environment.GetEnvironmentVariable("RECORDER_WRITE_DOCS") == "1")
        {
            File.WriteAllText(file, page);
        }

        Assert.Equal(page, File.ReadAllText(file).Replace("\r\n", "\n"));
    }

    [Fact]
    public void Every_setting_says_what_it_does() => Assert.DoesNotContain(" |  |", SettingsPage.Write());
}
