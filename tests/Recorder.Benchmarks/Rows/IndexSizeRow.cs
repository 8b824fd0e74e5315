using System.Text;
using Recorder.Benchmarks.Compare;
using Recorder.Benchmarks.Load;
using Recorder.Mail;

namespace Recorder.Benchmarks.Rows;

/// <summary>What the index takes on disk after an import, everything in its folder, beside what notmuch takes for the same mail.</summary>
internal sealed class IndexSizeRow : IRow
{
    public string Name => "index-size";

    public int Order => 80;

    public IReadOnlyList<DebianProgram> Needs => [DebianProgram.Notmuch];

    public async Task<IReadOnlyList<Figure>> RunAsync(RowContext context, CancellationToken cancel)
    {
        var mail = RealMaildir.Make(context.SubFolder("mail"), copies: 1);
        var importers = new Importers(mail, context.SubFolder("import"));
        await importers.NotmuchAsync(cancel);
        await importers.RecorderAsync(cancel);
        var (theirs, ours, text) = (Importers.BytesBelow(importers.NotmuchIndex), Importers.BytesBelow(importers.RecorderIndex), TextBytes(mail.Path));
        var note = $"{Number.Text(mail.Messages)} messages, {mail.Bytes / 1e6:F2} MB, {text / 1e6:F2} MB of it text; as it stands after the import";
        return
        [
            Size("index bytes a byte of mail, without attachment text", theirs, ours, mail.Bytes, Target.Plain(0.14, 0.10), note),
            Size("index bytes a byte of extracted text", theirs, ours, text, Target.Plain(0.7, 0.55), note),
        ];
    }

    private static Figure Size(string work, long theirs, long ours, long of, Target target, string note) =>
        new(work, "notmuch", "", [theirs / (double)of], [ours / (double)of], target, note);

    private static long TextBytes(string maildir)
    {
        var reader = new MailReader();
        return Directory.EnumerateFiles(Path.Combine(maildir, "cur")).Sum(file =>
        {
            using var content = File.OpenRead(file);
            var facts = reader.ReadFacts(content, CancellationToken.None);
            return (long)Encoding.UTF8.GetByteCount($"{facts.Text}{facts.AttachedText}{facts.Subject}{Names(facts.From)}{Names(facts.To)}{Names(facts.Cc)}");
        });
    }

    private static string Names(IEnumerable<MailParty> parties) => string.Join(", ", parties.Select(party => $"{party.Name} {party.Address}"));
}
