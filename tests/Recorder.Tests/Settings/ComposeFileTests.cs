using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Recorder.Settings;
using Recorder.Tests.Architecture;

namespace Recorder.Tests.Settings;

/// <summary>No container engine runs here, so what the services of the compose file are told of each other is read from it.</summary>
public sealed partial class ComposeFileTests
{
    private static readonly string Compose = File.ReadAllText(Path.Combine(Tree.Root, "docker-compose.yml"));

    [Fact]
    public void Recorder_is_told_of_every_service_it_needs_by_settings_that_exist()
    {
        var settings = RecorderSettings.From(new ConfigurationBuilder()
            .AddInMemoryCollection(Setting().Matches(Compose).Select(line => KeyValuePair.Create(line.Groups[1].Value.Replace("__", ":", StringComparison.Ordinal), (string?)line.Groups[2].Value)))
            .Build());
        var services = Service().Matches(Compose).Select(line => line.Groups[1].Value).ToList();
        Assert.Contains(settings.NextHop.Host, services);
        Assert.Contains(new Uri(settings.Screening.Rspamd.Url!).Host, services);
    }

    [Fact]
    public void Rspamd_listens_where_Recorder_asks_it()
    {
        Assert.Contains("./samples/docker/rspamd/override.d:/etc/rspamd/override.d:ro", Compose);
        Assert.Contains("bind_socket = \"*:11333\"", File.ReadAllText(Path.Combine(Tree.Root, "samples/docker/rspamd/override.d/worker-normal.inc")));
        Assert.Contains("Recorder__Screening__Rspamd__Url: http://rspamd:11333", Compose);
    }

    [GeneratedRegex("""^ +(Recorder__\w+): "?(.+?)"?$""", RegexOptions.Multiline)]
    private static partial Regex Setting();

    [GeneratedRegex("^  ([a-z]+):$", RegexOptions.Multiline)]
    private static partial Regex Service();
}
