using System.IO.Compression;
using System.Xml;

namespace Recorder.Mail;

/// <summary>The members of an office document as XML, within one allowance of bytes for all of them.</summary>
internal sealed class PackageMembers(ZipArchive zip, FileLimits limits)
{
    private readonly Dictionary<string, ZipArchiveEntry> members = Index(zip);
    private long bytesLeft = limits.MaxUnpackedBytes;

    public int MaxDepth => limits.MaxXmlDepth;

    /// <summary>Those named <c>prefix1.xml</c>, <c>prefix2.xml</c>, … in this order.</summary>
    public IEnumerable<string> Numbered(string prefix) => members.Keys
        .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(".xml", StringComparison.Ordinal))
        .Select(name => (Name: name, Number: int.TryParse(name.AsSpan(prefix.Length, name.Length - prefix.Length - 4), out var number) ? number : -1))
        .Where(found => found.Number >= 0).OrderBy(found => found.Number).Select(found => found.Name);

    public bool Has(string name) => members.ContainsKey(name);

    /// <summary>Null where there is no such member. No declared type is read: entities and what they fetch do not exist.</summary>
    public XmlReader? Open(string name) => members.TryGetValue(name, out var member)
        ? XmlReader.Create(new AllowedStream(member.Open(), this), new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true,
            CloseInput = true, CheckCharacters = false, MaxCharactersInDocument = limits.MaxUnpackedBytes,
        })
        : null;

    private static Dictionary<string, ZipArchiveEntry> Index(ZipArchive zip)
    {
        var index = new Dictionary<string, ZipArchiveEntry>(StringComparer.Ordinal);
        foreach (var entry in zip.Entries)
            index.TryAdd(entry.FullName, entry);
        return index;
    }

    /// <summary>Ends the reading when the allowance is used up, whatever the member said of its size.</summary>
    private sealed class AllowedStream(Stream inner, PackageMembers owner) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            var count = inner.Read(buffer);
            if ((owner.bytesLeft -= count) < 0)
                throw new EnoughText();
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
