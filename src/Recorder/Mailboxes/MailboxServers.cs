using Recorder.Accounts;
using Recorder.Accounts.Sources;

namespace Recorder.Mailboxes;

/// <summary>Which server has whose mailbox, by the domain. None: nobody is offered to have mail put into a folder.</summary>
public sealed class MailboxServers
{
    private readonly ByDomain<MailboxServer> byDomain;

    public MailboxServers(IEnumerable<MailboxServerOptions> all, TimeProvider clock)
    {
        var servers = all.Select(options => ((IEnumerable<string>)options.Domains, Server: new MailboxServer(options, clock))).ToList();
        (byDomain, Probed) = (new(servers), [.. servers.Select(one => one.Server)]);
    }

    public static MailboxServers None { get; } = new([], TimeProvider.System);

    public IReadOnlyList<IProbed> Probed { get; }

    /// <param name="login">The address that an account signs in with; what a server could read as more than a name has no mailbox here.</param>
    public MailboxServer? For(string login) => SourceLogin.IsAllowed(login) ? byDomain.Find(login) : null;
}
