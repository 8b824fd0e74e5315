using Microsoft.Extensions.Logging;
using Recorder.Archive.Disk;
using Recorder.Archive.Encryption;

namespace Recorder.Encryption;

/// <summary>Keeps the key file in a second folder too, a second behind: the mirror of an encrypted archive is worth as much as the keys that outlive its disk.</summary>
public sealed partial class KeysCopy(FileKeys keys, EncryptionOptions options, TimeProvider time, ILogger<KeysCopy> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly Lock gate = new();
    private long copied = -1;

    /// <summary>Why the copy is not up to date; null while it is, and where none is asked for.</summary>
    public string? Problem { get; private set; }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.Run(Look, CancellationToken.None);
    }

    /// <summary>Brings the copy up to date where the key file changed.</summary>
    public void Look()
    {
        lock (gate)
        {
            var changes = keys.Changes;
            if (options.KeysCopy.Length == 0 || changes == copied) return;
            try
            {
                keys.CopyTo(new RealDisk(options.KeysCopy));
                (copied, Problem) = (changes, null);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                if (Problem != error.Message) LogFailed(log, options.KeysCopy, error.Message);
                Problem = error.Message;
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.KeysCopy.Length == 0) return;
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do await Task.Run(Look, CancellationToken.None);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
        }
    }

    [LoggerMessage(4202, LogLevel.Error, "The copy of the key file in {Folder} cannot be kept: {Problem}")]
    private static partial void LogFailed(ILogger log, string folder, string problem);
}
