using Recorder.Accounts;
using Recorder.Accounts.Sources;

namespace Recorder.Mailboxes;

/// <summary>Which server has whose mailbox, by the domain. None: nobody is offered to have mail put into a folder.</summary>
public sealed class MailboxServers
{
    private readonly Dictionary<string, MailboxServer> byDomain = new(StringComparer.Ordinal);
    private readonly MailboxServer? rest;

    public MailboxServers(IEnumerable<MailboxServerOptions> all, TimeProvider clock)
    {
        var probed = new List<IProbed>();
        foreach (var options in all)
        {
            var server = new MailboxServer(options, clock);
            probed.Add(server);
            foreach (var domain in options.Domains.Select(MailDomain.Normalise).OfType<string>()) byDomain[domain] = server;
            if (options.Domains.Count == 0) rest = server;
        }

        Probed = probed;
    }

    public static MailboxServers None { get; } = new([], TimeProvider.System);

    public IReadOnlyList<IProbed> Probed { get; }

    /// <param name="login">The address that an account signs in with; what a server could read as more than a name has no mailbox here.</param>
    public MailboxServer? For(string login) => !SourceLogin.IsAllowed(login) ? null
        : byDomain.TryGetValue(login[(login.LastIndexOf('@') + 1)..], out var server) ? server : rest;
}
