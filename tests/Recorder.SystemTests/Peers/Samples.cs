using System.Globalization;
using System.Text.RegularExpressions;

namespace Recorder.SystemTests.Peers;

/// <summary>The project's own samples and pages, as an administrator would copy them: only ports and paths differ.</summary>
internal static class Samples
{
    private static readonly string Root = FindRoot();

    /// <param name="ports">From the sample's port to the one of this test.</param>
    public static string Read(string name, params (int From, int To)[] ports) => ports.Aggregate(
        File.ReadAllText(PathOf(name)),
        (text, port) => Regex.Replace(text, $@"(?<![\d.]){port.From}(?!\d)", port.To.ToString(CultureInfo.InvariantCulture)));

    /// <summary>A sample of Recorder's own settings, ready to start.</summary>
    public static RecorderProcess Recorder(string name, Scratch scratch, int smtpPort, int nextHopPort)
    {
        var (data, web) = (scratch.File("data"), Machine.FreePort());
        var text = Read($"samples/recorder/{name}.json", (2525, smtpPort), (2527, smtpPort), (2424, nextHopPort), (10026, nextHopPort), (8080, web))
            .Replace("/var/lib/recorder", data, StringComparison.Ordinal);
        var file = scratch.File($"{name}.json");
        File.WriteAllText(file, text);
        return RecorderProcess.FromFile(file, data, smtpPort, web);
    }

    public static string PathOf(string name) => Path.Combine(Root, name);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Recorder.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("the tests run from inside the project's folder");
    }
}
