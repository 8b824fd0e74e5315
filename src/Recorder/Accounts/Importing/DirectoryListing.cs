using System.DirectoryServices.Protocols;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Recorder.Accounts.Sources;

namespace Recorder.Accounts.Importing;

/// <summary>A directory could not be read.</summary>
public sealed class DirectoryUnreadableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Reads the people of a directory page by page (RFC 2696).</summary>
public sealed class DirectoryListing(DirectoryWish wish)
{
    /// <summary>More is a mistake in the filter, or another tool's work.</summary>
    public const int MaxEntries = 500_000;

    private const int EntriesOfAPage = 500, MaxAddresses = 100, MaxLength = 320;
    private static readonly TimeSpan PageTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Lines are numbered in the order the directory has them. The library blocks, so it has a thread of its own.</summary>
    /// <exception cref="DirectoryUnreadableException">It does not answer, refuses, or has more than <see cref="MaxEntries"/>.</exception>
    public async IAsyncEnumerable<IReadOnlyList<ListedAccount>> PagesAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var pages = Channel.CreateBounded<IReadOnlyList<ListedAccount>>(2);
        var reading = Task.Factory.StartNew(() => Read(pages.Writer, over.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await foreach (var page in pages.Reader.ReadAllAsync(cancel)) yield return page;
        }
        finally
        {
            await over.CancelAsync();
            await reading;
        }
    }

    private void Read(ChannelWriter<IReadOnlyList<ListedAccount>> pages, CancellationToken cancel)
    {
        try
        {
            foreach (var page in Pages()) pages.WriteAsync(page, cancel).AsTask().GetAwaiter().GetResult();
            pages.Complete();
        }
        catch (OperationCanceledException)
        {
            pages.Complete();
        }
        catch (Exception problem) when (problem is LdapException or DirectoryOperationException)
        {
            pages.Complete(new DirectoryUnreadableException($"{wish.Host}:{wish.Port}: {problem.Message}", problem));
        }
        catch (Exception problem)
        {
            pages.Complete(problem);
        }
    }

    private IEnumerable<IReadOnlyList<ListedAccount>> Pages()
    {
        using var connection = new LdapPlace(wish.Host, wish.Port, wish.Tls, PageTimeout).OpenAs(wish.BindDn, wish.Password);
        var paging = new PageResultRequestControl(EntriesOfAPage);
        var request = new SearchRequest(
            wish.BaseDn, wish.Filter, SearchScope.Subtree, [.. new[] { wish.AddressAttribute, wish.NameAttribute, wish.IdentityAttribute }.Concat(wish.AliasAttributes).Distinct(StringComparer.OrdinalIgnoreCase)]);
        request.Controls.Add(paging);
        for (var read = 0; ;)
        {
            var answer = (SearchResponse)connection.SendRequest(request, PageTimeout);
            var before = read;
            yield return [.. answer.Entries.Cast<SearchResultEntry>().Select((entry, index) => Row(before + index + 1, entry))];
            read += answer.Entries.Count;
            if (read > MaxEntries) throw new DirectoryUnreadableException($"more than {MaxEntries} entries match; narrow the filter or the base");
            // A server without paging answers everything at once and gives no cookie.
            paging.Cookie = answer.Controls.OfType<PageResultResponseControl>().FirstOrDefault()?.Cookie ?? [];
            if (paging.Cookie.Length == 0) yield break;
        }
    }

    private ListedAccount Row(int line, SearchResultEntry entry)
    {
        var own = LdapPlace.Values(entry, wish.AddressAttribute).ToList();
        var further = own.Skip(1).Concat(wish.AliasAttributes.SelectMany(name => LdapPlace.Values(entry, name)).Select(Bare).OfType<string>()).ToList();
        var identity = LdapPlace.Values(entry, wish.IdentityAttribute).FirstOrDefault();
        var problem = own.Count == 0 ? $"has no {wish.AddressAttribute}"
            : identity is null ? $"has no {wish.IdentityAttribute}, so nobody could tell whether the address went to another person"
            : further.Count > MaxAddresses ? $"has more than {MaxAddresses} addresses"
            : own.Concat(further).Any(value => value.Length > MaxLength) ? $"has an address of more than {MaxLength} characters" : null;
        return new ListedAccount(line, own.Count > 0 ? own[0] : entry.DistinguishedName, LdapPlace.Values(entry, wish.NameAttribute).FirstOrDefault(), further, problem, identity);
    }

    // Active Directory's proxyAddresses: SMTP: and smtp: are mail, x500: and others are not.
    private static string? Bare(string value) => value.StartsWith("smtp:", StringComparison.OrdinalIgnoreCase) ? value[5..] : value.IndexOf(':') < 0 ? value : null;
}
