using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Ledger;
using Recorder.Recovery;

namespace Recorder.Digests;

/// <summary>A digest at once, because its reader asked: to read what is held now, or to see how digests arrive.</summary>
internal sealed class DigestNow(DigestMaker maker, IOptions<DigestOptions> options, TimeProvider clock, SearchDesk? desk = null)
{
    /// <summary>What a first digest looks back to.</summary>
    private static readonly TimeSpan LookBack = TimeSpan.FromDays(1);

    /// <summary>It tells what the last digest did not, and the next one tells nothing of it again.</summary>
    /// <exception cref="ActRefusedException">digests-off, nothing-new, search-busy.</exception>
    public async Task MakeAsync(Reader reader, CancellationToken cancel)
    {
        if (options.Value.PublicUrl.Length == 0) throw new ActRefusedException("digests-off", "this site sends no digests");
        if (!await maker.MakeAsync(reader.Account, clock.GetUtcNow() - LookBack, reader.Actor, cancel, desk))
        {
            throw new ActRefusedException("nothing-new", "nothing is held that the last digest did not tell");
        }
    }
}
