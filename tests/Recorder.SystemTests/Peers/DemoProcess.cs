using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Recorder.SystemTests.Peers;

/// <summary>The demo as a stranger starts it, read from what it prints.</summary>
internal sealed partial class DemoProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly List<string> lines = [];

    private DemoProcess(Process process) => this.process = process;

    public Uri Web => new(Only(OpenLine()));

    public string Folder => Only(FolderLine());

    public int SmtpPort => int.Parse(Only(PortLine()), CultureInfo.InvariantCulture);

    public IReadOnlyList<(string Address, string Password)> Accounts => [.. SignInLine().Matches(Text).Select(match => (match.Groups[1].Value, match.Groups[2].Value))];

    private string Text
    {
        get
        {
            lock (lines)
            {
                return string.Join('\n', lines);
            }
        }
    }

    public static async Task<DemoProcess> StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [RecorderProcess.Executable, "demo", "--Recorder:Smtp:Listen=127.0.0.1:0", "--Recorder:Web:Listen=http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var demo = new DemoProcess(Process.Start(start)!);
        demo.process.OutputDataReceived += (_, line) => demo.Keep(line.Data);
        demo.process.ErrorDataReceived += (_, line) => demo.Keep(line.Data);
        demo.process.BeginOutputReadLine();
        demo.process.BeginErrorReadLine();
        await Machine.UntilAsync("the demo to say where it is", () =>
        {
            Assert.False(demo.process.HasExited, demo.Text);
            return Task.FromResult(FolderLine().IsMatch(demo.Text));
        });
        return demo;
    }

    /// <returns>The exit code after SIGTERM.</returns>
    public async Task<int> StopAsync()
    {
        await Machine.RunAsync("/bin/kill", "-TERM", process.Id.ToString(CultureInfo.InvariantCulture));
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await StopAsync();
        }

        process.Dispose();
    }

    private string Only(Regex line) => line.Match(Text) is { Success: true } match ? match.Groups[1].Value : throw new InvalidOperationException($"not said: {line}\n{Text}");

    private void Keep(string? line)
    {
        lock (lines)
        {
            lines.Add(line ?? "");
        }
    }

    [GeneratedRegex(@"^Open\s+(http://\S+)", RegexOptions.Multiline)]
    private static partial Regex OpenLine();

    [GeneratedRegex(@"^Sign in\s+(\S+@\S+)\s+(\S+)", RegexOptions.Multiline)]
    private static partial Regex SignInLine();

    [GeneratedRegex(@"^The data is in (\S+)", RegexOptions.Multiline)]
    private static partial Regex FolderLine();

    [GeneratedRegex(@"^Send more to \w+://127\.0\.0\.1:(\d+)", RegexOptions.Multiline)]
    private static partial Regex PortLine();
}
