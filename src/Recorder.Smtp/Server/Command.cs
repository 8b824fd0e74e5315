using System.Buffers;
using System.Text;

namespace Recorder.Smtp.Server;

/// <summary>One command line, taken apart.</summary>
/// <param name="Verb">Upper case.</param>
/// <param name="Argument">What follows the first space, without white space around it.</param>
internal readonly record struct Command(string Verb, string Argument)
{
    public static Command Parse(string line)
    {
        var space = line.IndexOf(' ');
        return space < 0
            ? new Command(line.ToUpperInvariant(), "")
            : new Command(line[..space].ToUpperInvariant(), line[(space + 1)..].Trim(' '));
    }
}

/// <summary>A command, or the reply to a line that is none.</summary>
internal readonly record struct CommandLine(Command Command, SmtpReply? Refusal)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static CommandLine Refused(SmtpReply reply) => new(new Command("", ""), reply);

    /// <param name="line">Up to the LF, without it.</param>
    public static CommandLine Decode(ReadOnlySequence<byte> line)
    {
        var bytes = line.ToArray().AsSpan();
        if (!bytes.EndsWith("\r"u8)) return Refused(Replies.BareLf);
        bytes = bytes[..^1];
        if (bytes.ContainsAnyInRange((byte)0, (byte)31) || bytes.Contains((byte)127)) return Refused(Replies.BadCharacters);
        try { return new CommandLine(Command.Parse(Strict.GetString(bytes)), null); }
        catch (DecoderFallbackException) { return Refused(Replies.BadCharacters); }
    }
}
