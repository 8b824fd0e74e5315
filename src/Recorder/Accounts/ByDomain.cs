namespace Recorder.Accounts;

/// <summary>What serves an address, by its domain.</summary>
internal sealed class ByDomain<T> where T : class?
{
    private readonly Dictionary<string, T> named = new(StringComparer.Ordinal);
    private readonly T? rest;

    /// <param name="all">Domains and what serves them; no domains: every domain that none other takes. Later ones win.</param>
    public ByDomain(IEnumerable<(IEnumerable<string> Domains, T One)> all)
    {
        foreach (var (domains, one) in all)
        {
            var names = domains.Select(MailDomain.Normalise).OfType<string>().ToList();
            names.ForEach(name => named[name] = one);
            rest = names.Count == 0 ? one : rest;
        }
    }

    public T? Find(string address) => named.TryGetValue(address[(address.LastIndexOf('@') + 1)..], out var one) ? one : rest;
}
