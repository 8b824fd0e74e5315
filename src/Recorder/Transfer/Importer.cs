using System.Threading.Channels;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Indexing;
using Recorder.Ledger;
using Recorder.Search;
using Recorder.Transfer.Sources;

namespace Recorder.Transfer;

/// <summary>
/// Brings mail from a Maildir, an mbox, files, zips or an IMAP account into an owner's recorded mail. The source is only read.
/// One import at a time: two of the same source side by side could not know of each other.
/// </summary>
public sealed class Importer(IArchiveLog log, ILedger ledger, IMailIndex index, IndexFollower follower, IAddressBook book, TimeProvider time)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);
    private readonly SemaphoreSlim one = new(1);

    /// <summary>Checks the request and begins; the lines end with a summary, or with failed.</summary>
    /// <exception cref="ImportRefusedException">The path, the owner, or another import in progress.</exception>
    public IAsyncEnumerable<ImportLine> Begin(ImportRequest request, Actor actor, CancellationToken cancel)
    {
        var owner = book.Normalise(request.Owner) is { } name && book.IsLocal(name)
            ? name : throw new ImportRefusedException($"{request.Owner} is no address in our domains");
        if (!one.Wait(0, cancel)) throw new ImportRefusedException("another import is running; start this one when it has ended");
        try
        {
            var (source, place) = Open(request, owner);
            return LinesAsync(source, new ImportedFrom(place, source.Format, KeptFromReceived: request.KeepFromReceived), owner, actor, cancel);
        }
        catch
        {
            one.Release();
            throw;
        }
    }

    private (IMailSource Source, string Name) Open(ImportRequest request, string owner)
    {
        if (ImapPlace.TryParse(request.Path) is not { } place) return (MailSources.Open(request.Path, request.Format), request.Path);
        if (place.User.Length == 0 || request.Password is null) throw new ImportRefusedException("name the account as imap://USER@HOST, and give its password with --password-stdin");
        var before = ledger.State.Get<ImapImportState>(ImportKeys.Imap(owner, place.Account))?.Folders ?? [];
        return (new ImapSource(place, request.Password, folder => before.FirstOrDefault(one => one.Folder == folder)), place.Account);
    }

    // The next import must not begin before this one has stopped.
    private IAsyncEnumerable<ImportLine> LinesAsync(IMailSource source, ImportedFrom origin, string owner, Actor actor, CancellationToken cancel) => RunLines.ReadAsync<ImportLine>(
        (lines, stop) => RunAsync(source, origin, owner, actor, lines, stop),
        () =>
        {
            (source as IDisposable)?.Dispose();
            one.Release();
        },
        cancel);

    private async Task RunAsync(
        IMailSource source, ImportedFrom origin, string owner, Actor actor, ChannelWriter<ImportLine> lines, CancellationToken cancel)
    {
        try
        {
            await follower.CatchUpAsync(cancel);
            var run = new ImportRun(source, origin, owner, KnownMail.Read(log, index, owner, cancel), log, ledger, time, lines);
            if (source is ImapSource account) run.AddKnown(account.KnownBefore);
            var problem = await ProblemOf(run, cancel);
            var end = run.Counts(problem is null ? "summary" : "failed", problem);
            await ledger.AppendAsync(Fact(end, origin, owner, actor, (source as ImapSource)?.Progress), CancellationToken.None);
            await WaitForIndexAsync(lines, cancel);
            lines.TryWrite(end);
        }
        catch (Exception error) when (error is ArchiveException or OperationCanceledException)
        {
            lines.TryWrite(new ImportLine("failed", Reason: error.Message));
        }
    }

    private static async Task<string?> ProblemOf(ImportRun run, CancellationToken cancel)
    {
        try
        {
            await run.RunAsync(cancel);
            return null;
        }
        catch (Exception error) when (error is ArchiveException or IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            return error.Message;
        }
    }

    private MailImported Fact(ImportLine end, ImportedFrom origin, string owner, Actor actor, IReadOnlyList<ImapProgress>? folders) =>
        new(owner, origin.Source, origin.Format, end.Added, end.Known, end.Skipped, end.Reason, folders) { Actor = actor, At = time.GetUtcNow() };

    private Task SettleAsync()
    {
        index.Settle();
        return Task.CompletedTask;
    }

    private async Task WaitForIndexAsync(ChannelWriter<ImportLine> lines, CancellationToken cancel)
    {
        var end = log.DurableSequence;
        for (var caughtUp = follower.CatchUpAsync(cancel); !caughtUp.IsCompleted;)
        {
            lines.TryWrite(new ImportLine("indexing", Math.Min(follower.Status.Through, end), end));
            await Task.WhenAny(caughtUp, Task.Delay(LookAgain, time, cancel));
        }

        await BackgroundThreads.Shared.RunAsync(SettleAsync);
    }
}
