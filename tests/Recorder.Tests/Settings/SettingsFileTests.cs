using Recorder.Settings;

namespace Recorder.Tests.Settings;

public sealed class SettingsFileTests
{
    [Theory]
    [InlineData("{ \"Recorder\": { \"Smtp\":\n", "is not JSON: look at line 2")]
    [InlineData("{ \"recoder\": { } }", "has no \"Recorder\" in it")]
    [InlineData("{ }", "has no \"Recorder\" in it")]
    public void A_file_that_cannot_be_used_is_named_with_the_reason(string content, string reason)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("recorder-settings-").FullName, "settings.json");
        try
        {
            using (var file = File.CreateText(path)) file.Write(content);
            var problem = Assert.Throws<SettingsException>(() => RecorderSettings.Load(path, []));
            Assert.StartsWith($"file {path}: ", problem.Message, StringComparison.Ordinal);
            Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.EndsWith("nowhere.json: is not there", Assert.Throws<SettingsException>(() => RecorderSettings.Load("/nowhere.json", [])).Message, StringComparison.Ordinal);
}
