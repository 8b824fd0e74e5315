using System.Globalization;
using System.Net.Security;
using System.Text;

namespace Recorder.Mailboxes;

/// <summary>What is to be put where.</summary>
/// <param name="ReceivedAt">The message's INTERNALDATE.</param>
internal sealed record AppendedMail(string Folder, DateTimeOffset ReceivedAt, long LengthBytes, Func<Stream> OpenRead);

/// <summary>
/// The little of IMAP (RFC 9051) that putting a message into a folder takes. It is our own because libraries write a message from what
/// they understood of it, and these bytes must be the recorded ones. Literals are synchronising (§4.3): the server says whether it wants
/// the message before it is sent.
/// </summary>
internal sealed class ImapSession(ImapWire first) : IAsyncDisposable
{
    private const int MaxAnswerLines = 1_000, BlockBytes = 64 * 1024;

    private readonly HashSet<string> capabilities = new(StringComparer.OrdinalIgnoreCase);
    private ImapWire wire = first;
    private int tags;
    private string? bye;

    /// <summary>The whole message was on its way: whatever breaks now, it may have arrived.</summary>
    public bool MayHaveArrived { get; private set; }

    /// <exception cref="ImapLostException">As of every method here: the server is gone, or says what nobody can follow.</exception>
    public async Task GreetedAsync(CancellationToken cancel)
    {
        var line = await wire.ReadLineAsync(cancel);
        // Who is signed in already (PREAUTH) is signed in as somebody else.
        if (!line.StartsWith("* OK", StringComparison.OrdinalIgnoreCase)) throw new ImapLostException($"the mail server said: {line}");
    }

    public async Task StartTlsAsync(string host, RemoteCertificateValidationCallback trust, CancellationToken cancel)
    {
        var answer = await AskAsync("STARTTLS", cancel);
        if (!answer.IsOk) throw new ImapLostException($"the mail server offers no TLS: {answer}");
        wire = await wire.SecuredAsync(host, trust, cancel);
    }

    /// <summary>Whether SASL PLAIN is offered at this moment.</summary>
    public async Task<bool> OffersPlainAsync(CancellationToken cancel)
    {
        capabilities.Clear();
        await AskAsync("CAPABILITY", cancel);
        return capabilities.Contains("AUTH=PLAIN");
    }

    /// <summary>Signs in under one name for another's mailbox (RFC 4616 §2).</summary>
    public async Task<ImapAnswer> AuthenticateAsync(string mailbox, string userName, string password, CancellationToken cancel)
    {
        var tag = await SendAsync("AUTHENTICATE PLAIN", cancel);
        var answer = await ReadAnswerAsync(tag, cancel);
        if (!answer.IsContinue) return answer;
        await wire.WriteAsync(Convert.ToBase64String(Encoding.UTF8.GetBytes($"{mailbox}\0{userName}\0{password}")), cancel);
        return Ended(await ReadAnswerAsync(tag, cancel));
    }

    /// <summary>RFC 9051 §6.3.12: no flags, so that it is unread. What is refused before the message is wanted, costs nothing.</summary>
    /// <param name="beforeData">Awaited when the server wants the message, before its first byte.</param>
    /// <exception cref="InvalidDataException">The content is not what it says, or cannot be sent in a literal; nothing was put anywhere.</exception>
    public async Task<ImapAnswer> AppendAsync(AppendedMail mail, Func<CancellationToken, ValueTask> beforeData, CancellationToken cancel)
    {
        var date = mail.ReceivedAt.ToString("dd-MMM-yyyy HH:mm:ss ", CultureInfo.InvariantCulture) + mail.ReceivedAt.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
        var tag = await SendAsync($"APPEND {FolderName.Quoted(mail.Folder)} \"{date}\" {{{mail.LengthBytes}}}", cancel);
        var answer = await ReadAnswerAsync(tag, cancel);
        if (answer.IsOk) throw Odd($"{answer} (before it had the message)");
        if (!answer.IsContinue) return answer;
        await beforeData(cancel);
        await CopyAsync(mail, cancel);
        MayHaveArrived = true;
        await wire.WriteAsync("", cancel);
        answer = Ended(await ReadAnswerAsync(tag, cancel));
        MayHaveArrived = false;
        return answer;
    }

    public Task<ImapAnswer> CreateAsync(string folder, CancellationToken cancel) => AskAsync($"CREATE {FolderName.Quoted(folder)}", cancel);

    public Task<ImapAnswer> SubscribeAsync(string folder, CancellationToken cancel) => AskAsync($"SUBSCRIBE {FolderName.Quoted(folder)}", cancel);

    public Task<string> LeaveAsync(CancellationToken cancel) => SendAsync("LOGOUT", cancel);

    public ValueTask DisposeAsync() => wire.DisposeAsync();

    private async Task<ImapAnswer> AskAsync(string command, CancellationToken cancel) => Ended(await ReadAnswerAsync(await SendAsync(command, cancel), cancel));

    private async Task<string> SendAsync(string command, CancellationToken cancel)
    {
        var tag = string.Create(CultureInfo.InvariantCulture, $"R{++tags}");
        await wire.WriteAsync($"{tag} {command}", cancel);
        return tag;
    }

    private static ImapAnswer Ended(ImapAnswer answer) => answer.IsContinue ? throw new ImapLostException("the mail server asks for more than there is") : answer;

    private async Task<ImapAnswer> ReadAnswerAsync(string tag, CancellationToken cancel)
    {
        for (var lines = 0; lines < MaxAnswerLines; lines++)
        {
            var line = await ReadAsync(cancel);
            if (line.StartsWith('+')) return ImapAnswer.Continue;
            if (line.StartsWith("* ", StringComparison.Ordinal)) Note(line[2..]);
            else return line.StartsWith(tag + " ", StringComparison.Ordinal) && ImapAnswer.Read(line[(tag.Length + 1)..]) is { } answer ? answer : throw Odd(line);
        }

        throw new ImapLostException("the mail server never comes to an end");
    }

    // The reason for closing comes before the close.
    private async Task<string> ReadAsync(CancellationToken cancel)
    {
        try
        {
            return await wire.ReadLineAsync(cancel);
        }
        catch (ImapLostException lost) when (bye is not null)
        {
            throw new ImapLostException($"the mail server said: {bye}", lost);
        }
    }

    private void Note(string untagged)
    {
        // A literal has a place in answers about mail alone, for which nobody asked.
        if (untagged.EndsWith('}')) throw Odd(untagged);
        var words = untagged.Split(' ');
        if (words[0].Equals("BYE", StringComparison.OrdinalIgnoreCase)) bye = untagged;
        if (words[0].Equals("CAPABILITY", StringComparison.OrdinalIgnoreCase)) capabilities.UnionWith(words);
    }

    private static ImapLostException Odd(string line) => new($"the mail server said something odd: {line[..Math.Min(line.Length, 100)]}");

    // Never a byte more than was announced: what follows a literal is read as a command.
    private async Task CopyAsync(AppendedMail mail, CancellationToken cancel)
    {
        var block = new byte[BlockBytes];
        await using var content = mail.OpenRead();
        for (var left = mail.LengthBytes; left > 0;)
        {
            var read = await content.ReadAsync(block.AsMemory(0, (int)Math.Min(left, block.Length)), cancel);
            if (read == 0) throw new InvalidDataException("it is shorter than it was");
            if (block.AsSpan(0, read).Contains((byte)0)) throw new InvalidDataException("it has NUL bytes, which IMAP cannot carry");
            await wire.WriteAsync(block.AsMemory(0, read), cancel);
            left -= read;
        }

        // What the archive finds wrong it says at the end.
        if (await content.ReadAsync(block.AsMemory(0, 1), cancel) != 0) throw new InvalidDataException("it is longer than it was");
    }
}
