using Recorder.Ledger;

namespace Recorder.Screening.Lists;

/// <summary>Scopes as people name them.</summary>
public static class ListScopeNames
{
    /// <exception cref="ActRefusedException">bad-domain.</exception>
    public static string OfDomain(string domain) =>
        SenderPattern.TryRead("@" + domain.Trim(), ListKind.Block, out _) is { Form: PatternForm.Domain } named
            ? ListScopes.Domain(named.Text)
            : throw new ActRefusedException("bad-domain", "that is not a domain; write it like example.org");
}
