using System.Net.Sockets;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Security;
using Recorder.Ledger;

namespace Recorder.Transfer.Sources;

/// <summary>Where an IMAP account is.</summary>
/// <param name="Folder">One folder; null for all that can be selected.</param>
internal sealed record ImapPlace(string Host, int Port, bool IsTls, string User, string? Folder)
{
    /// <summary>As it is recorded: without folder and password.</summary>
    public string Account => $"{(IsTls ? "imaps" : "imap")}://{Uri.EscapeDataString(User)}@{Host}:{Port}/";

    /// <summary>imap://user@host:port/folder or imaps://…; the folder may be left out.</summary>
    public static ImapPlace? TryParse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("imap" or "imaps") || uri.Host.Length == 0) return null;
        var isTls = uri.Scheme == "imaps";
        var folder = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/'));
        return new ImapPlace(uri.Host, uri.Port > 0 ? uri.Port : isTls ? 993 : 143, isTls, Uri.UnescapeDataString(uri.UserInfo), folder.Length > 0 ? folder : null);
    }
}

/// <summary>
/// An IMAP account (RFC 9051), read only: folders are opened with EXAMINE and messages fetched with BODY.PEEK, so that nothing is marked as
/// read. A message's received time is its INTERNALDATE. What an earlier import has of a folder is known by UIDVALIDITY and UID, and not
/// fetched again.
/// </summary>
internal sealed class ImapSource : IMailSource, IDisposable
{
    private const int MemoryBytes = 1 << 20, ListedAtOnce = 500;

    private readonly ImapPlace place;
    private readonly ImapClient client = new();
    private readonly List<FolderPart> folders = [];
    private readonly Lock one = new();

    /// <param name="doneBefore">Of a folder: its UIDVALIDITY and the last UID of an earlier import; null where there was none.</param>
    /// <exception cref="ImportRefusedException">It cannot be reached, or does not let us in.</exception>
    public ImapSource(ImapPlace place, string password, Func<string, ImapProgress?> doneBefore)
    {
        this.place = place;
        try
        {
            client.Connect(place.Host, place.Port, place.IsTls ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTlsWhenAvailable);
            if (!client.IsSecure && place.Host is not ("localhost" or "127.0.0.1" or "[::1]"))
                throw new ImportRefusedException($"{place.Host} offers no TLS, and a password would pass in clear; use imaps://");
            client.Authenticate(place.User, password);
            foreach (var folder in Folders()) folders.Add(Listed(folder, doneBefore(folder.FullName)));
        }
        catch (Exception error) when (error is IOException or SocketException or AuthenticationException or SslHandshakeException or ImapProtocolException or ImapCommandException or ServiceNotConnectedException)
        {
            client.Dispose();
            throw new ImportRefusedException($"{place.Account}: {error.Message}");
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    public string Format => "imap";

    public long Total => folders.Sum(folder => (long)folder.Uids.Count);

    /// <summary>Messages that an earlier import has, by their UID.</summary>
    public long KnownBefore => folders.Sum(folder => folder.KnownBefore);

    /// <summary>How far each folder was read: up to the first message that was not settled.</summary>
    public IReadOnlyList<ImapProgress> Progress => [.. folders.Select(folder => folder.Progress).OfType<ImapProgress>()];

    public IEnumerable<SourceMail> Read()
    {
        var number = 0L;
        foreach (var folder in folders)
            foreach (var chunk in folder.Uids.Chunk(ListedAtOnce))
            {
                var dates = Dates(folder, chunk);
                foreach (var uid in chunk)
                    yield return new SourceMail(
                        $"{folder.Folder.FullName}/{uid}", () => Fetch(folder, uid), dates.GetValueOrDefault(uid.Id), DateTimeOffset.UnixEpoch, ++number,
                        dates.ContainsKey(uid.Id) ? null : "gone since the folder was listed", IsNotedSure: true, () => folder.Settle(uid));
            }
    }

    public void Dispose()
    {
        lock (one) client.Dispose();
    }

    private IEnumerable<IMailFolder> Folders()
    {
        if (place.Folder is { } named) return [client.GetFolder(named)];
        var all = client.PersonalNamespaces.SelectMany(space => client.GetFolders(space)).Append(client.Inbox);
        return all.Where(folder => !folder.Attributes.HasFlag(FolderAttributes.NoSelect) && !folder.Attributes.HasFlag(FolderAttributes.NonExistent))
            .DistinctBy(folder => folder.FullName).OrderBy(folder => folder.FullName, StringComparer.Ordinal);
    }

    private static FolderPart Listed(IMailFolder folder, ImapProgress? before)
    {
        folder.Open(FolderAccess.ReadOnly);
        var known = before?.UidValidity == folder.UidValidity ? before.ThroughUid : 0;
        var uids = folder.Search(MailKit.Search.SearchQuery.All).OrderBy(uid => uid.Id).ToList();
        return new FolderPart(folder, folder.UidValidity, known, [.. uids.Where(uid => uid.Id > known)], uids.Count(uid => uid.Id <= known));
    }

    private Dictionary<uint, DateTimeOffset?> Dates(FolderPart folder, IList<UniqueId> uids)
    {
        lock (one)
        {
            Enter(folder);
            return folder.Folder.Fetch(uids, MessageSummaryItems.UniqueId | MessageSummaryItems.InternalDate).ToDictionary(item => item.UniqueId.Id, item => item.InternalDate);
        }
    }

    /// <exception cref="IOException">It is gone, or the connection is.</exception>
    private Stream Fetch(FolderPart folder, UniqueId uid)
    {
        try
        {
            lock (one)
            {
                Enter(folder);
                using var bytes = folder.Folder.GetStream(uid, "");
                return Held(bytes);
            }
        }
        catch (Exception error) when (error is ImapProtocolException or ImapCommandException or ServiceNotConnectedException or MessageNotFoundException or ObjectDisposedException)
        {
            throw new IOException(error.Message, error);
        }
    }

    // The connection serves one at a time, while many are recorded side by side.
    private static Stream Held(Stream bytes)
    {
        Stream held = bytes.Length <= MemoryBytes ? new MemoryStream() : new FileStream(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose });
        bytes.CopyTo(held);
        held.Position = 0;
        return held;
    }

    private static void Enter(FolderPart folder)
    {
        if (!folder.Folder.IsOpen) folder.Folder.Open(FolderAccess.ReadOnly);
    }

    private sealed record FolderPart(IMailFolder Folder, uint UidValidity, uint Before, IReadOnlyList<UniqueId> Uids, int KnownBefore)
    {
        private readonly HashSet<uint> settled = [];

        public ImapProgress? Progress
        {
            get
            {
                lock (settled)
                {
                    var through = Uids.TakeWhile(uid => settled.Contains(uid.Id)).Select(uid => uid.Id).LastOrDefault(Before);
                    return through > 0 ? new ImapProgress(Folder.FullName, UidValidity, through) : null;
                }
            }
        }

        public void Settle(UniqueId uid)
        {
            lock (settled) settled.Add(uid.Id);
        }
    }
}
