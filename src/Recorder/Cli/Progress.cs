using Spectre.Console;

namespace Recorder.Cli;

/// <summary>Shows long work on the terminal. Goes to standard error, so that what is piped on stays clean; without a
/// terminal nothing is shown.</summary>
internal static class Progress
{
    /// <param name="work">Is given the way to tell how far it is: done, then total.</param>
    public static async Task<T> ShowAsync<T>(string what, bool quiet, Func<Action<double, double>, Task<T>> work)
    {
        if (quiet || Console.IsErrorRedirected)
        {
            return await work((_, _) => { });
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress().AutoClear(true).StartAsync(progress =>
        {
            var bar = progress.AddTask(what);
            return work((done, total) => (bar.MaxValue, bar.Value) = (Math.Max(1, total), done));
        });
    }
}
