using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Recorder.Mail;

namespace Recorder.Attachments;

/// <summary>One reading process and the pipes to it. Not for two files at once.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(100);

    private readonly Process process;
    private readonly WorkerLimits limits;
    private readonly TimeProvider time;
    private int files;

    private WorkerProcess(Process process, WorkerLimits limits, TimeProvider time) => (this.process, this.limits, this.time) = (process, limits, time);

    public int Id => process.Id;

    /// <summary>Lived long enough, or has grown, or is gone.</summary>
    public bool IsSpent { get; private set; }

    /// <param name="command">Null: this executable.</param>
    /// <exception cref="WorkerUnavailableException">It cannot be started.</exception>
    public static WorkerProcess Start(WorkerLimits limits, TimeProvider time, IReadOnlyList<string>? command = null)
    {
        command ??= OwnCommand();
        var start = new ProcessStartInfo(command[0], [.. command.Skip(1), ReadingWorker.Verb])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
        };
        Furnish(start.Environment, limits);
        try
        {
            var process = Process.Start(start)!;
            OnOwnThread(() => Drain(process.StandardError.BaseStream)); // what a dying runtime prints must not fill the pipe
            return new WorkerProcess(process, limits, time);
        }
        catch (System.ComponentModel.Win32Exception refused)
        {
            throw new WorkerUnavailableException($"the process that reads attachments cannot be started: {refused.Message}", refused);
        }
    }

    /// <summary>Null where the process died of something other than its limits: another may be asked.</summary>
    public async Task<FileText?> ReadAsync(ReadOnlyMemory<byte> content, string name, string contentType, int maxChars, CancellationToken cancel)
    {
        var asking = OnOwnThread(() => Ask(content.Span, new WorkerRequest(name, contentType, limits.Reading(maxChars))));
        var (isOver, isAnswered) = (false, false);
        try
        {
            isOver = await WatchAsync(asking, cancel);
            if (isOver) return FileText.Of(FileFlaws.TooCostly);
            var read = await asking;
            isAnswered = true;
            IsSpent |= ++files >= limits.Files || Resident > limits.TidyBytes;
            return read;
        }
        catch (InvalidDataException)
        {
            return FileText.Of(FileFlaws.Unreadable);
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException)
        {
            return null;
        }
        finally
        {
            if (!isAnswered) Kill(); // which ends the thread that asked
        }
    }

    public void Dispose()
    {
        Kill();
        process.Dispose();
    }

    private FileText Ask(ReadOnlySpan<byte> content, WorkerRequest request)
    {
        WorkerProtocol.Send(process.StandardInput.BaseStream, request, content);
        var answer = WorkerProtocol.ReadFrame(process.StandardOutput.BaseStream, WorkerProtocol.MaxAnswerBytes(request.Limits));
        return WorkerProtocol.ReadAnswer(answer ?? throw new EndOfStreamException());
    }

    // Reading a pipe blocks a thread. One of the pool, started from here, would keep our low priority and later answer somebody.
    private static Task<T> OnOwnThread<T>(Func<T> work)
    {
        var running = Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        _ = running.ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return running;
    }

    private static bool Drain(Stream pipe)
    {
        var buffer = new byte[4096];
        while (pipe.Read(buffer) > 0)
        {
        }

        return true;
    }

    /// <summary>Until it has answered, or one of its limits is reached.</summary>
    private async Task<bool> WatchAsync(Task asking, CancellationToken cancel)
    {
        var (began, spent) = (time.GetTimestamp(), Spent);
        while (!asking.IsCompleted)
        {
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            await Task.WhenAny(asking, Task.Delay(WatchInterval, time, pause.Token));
            await pause.CancelAsync();
            cancel.ThrowIfCancellationRequested();
            if (!asking.IsCompleted && (Spent - spent > limits.ProcessorTime || time.GetElapsedTime(began) > limits.WallTime || Resident > limits.MemoryBytes)) return true;
        }

        return false;
    }

    private TimeSpan Spent => Fact(static process => process.TotalProcessorTime);

    private long Resident => Fact(static process => process.WorkingSet64);

    private T Fact<T>(Func<Process, T> read) where T : struct
    {
        try
        {
            process.Refresh();
            return process.HasExited ? default : read(process);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception)
        {
            return default; // it ended between two looks
        }
    }

    private void Kill()
    {
        IsSpent = true;
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It is gone.
        }
    }

    /// <summary>Nothing of ours but what a runtime needs to start: settings may hold passwords.</summary>
    private static void Furnish(IDictionary<string, string?> environment, WorkerLimits limits)
    {
        var kept = environment.Where(pair => pair.Key is "PATH" or "LANG" or "TZ" || pair.Key.StartsWith("DOTNET_ROOT", StringComparison.Ordinal)).ToList();
        environment.Clear();
        foreach (var (key, value) in kept)
        {
            environment[key] = value;
        }

        environment["DOTNET_GCHeapHardLimit"] = limits.HeapBytes.ToString("x", CultureInfo.InvariantCulture);
        environment["DOTNET_gcConcurrent"] = "0";
        environment["DOTNET_EnableDiagnostics"] = "0";
        environment["DOTNET_EnableWriteXorExecute"] = "0";
        environment["DOTNET_DbgEnableMiniDump"] = "0";
    }

    private static string[] OwnCommand()
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, "recorder.dll");
        return Environment.ProcessPath is { } own && Path.GetFileNameWithoutExtension(own) == "recorder" ? [own] : ["dotnet", assembly];
    }
}

/// <summary>No reading process can be started: not the fault of any file.</summary>
internal sealed class WorkerUnavailableException(string message, Exception inner) : IOException(message, inner);
