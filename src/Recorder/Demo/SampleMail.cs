using System.Reflection;
using Recorder.Mail;
using Recorder.Smtp;

namespace Recorder.Demo;

/// <summary>One of the project's own sample messages (samples/mail), built into the executable.</summary>
public sealed record SampleMail(string Name, byte[] Bytes) : IMessageContent
{
    private const string Prefix = "samples.mail.";

    public long LengthBytes => Bytes.Length;

    public bool HasBareLineEnds => false;

    public static IReadOnlyList<SampleMail> All { get; } = Load();

    /// <summary>The addresses of To and Cc: the samples' envelopes.</summary>
    public OutgoingMessage ToOutgoing(MailReader reader)
    {
        var facts = reader.ReadFacts(OpenRead(), CancellationToken.None);
        var recipients = facts.To.Concat(facts.Cc).Select(party => new EnvelopeRecipient(party.Address)).ToList();
        var parameters = new MailParameters(Bytes.Length, BodyType.EightBitMime);
        return new OutgoingMessage(new Envelope(facts.From.FirstOrDefault()?.Address ?? "", recipients, parameters), default, this);
    }

    public Stream OpenRead() => new MemoryStream(Bytes, writable: false);

    private static IReadOnlyList<SampleMail> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => Read(assembly, name))];
    }

    private static SampleMail Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return new SampleMail(name[Prefix.Length..], copy.ToArray());
    }
}
