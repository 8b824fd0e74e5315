using Lucene.Net.Index;
using Recorder.Search.Documents;
using Recorder.Search.Paging;
using Recorder.Search.Partitions;

namespace Recorder.Search;

/// <summary>Reads a stored row and cuts it down to what the scope may see.</summary>
internal static class MailHits
{
    /// <summary>Null where the scope may not see it.</summary>
    public static SearchHit? Read(IndexReader reader, int document, IReadOnlyList<OwnerScope>? scope, DateTimeOffset? notBefore)
    {
        var segment = reader.Leaves[ReaderUtil.SubIndex(document, reader.Leaves)];
        var values = new SegmentValues(segment);
        var inSegment = document - segment.DocBase;
        var received = new DateTimeOffset(values.Order(inSegment), TimeSpan.Zero);
        var kept = values.Kept(inSegment);
        if (received < notBefore && kept < notBefore.Value.UtcTicks) return null;
        var since = kept == RecordKey.KeptByOrder ? received : new DateTimeOffset(kept, TimeSpan.Zero);
        var row = segment.AtomicReader.Document(inSegment).GetBinaryValue(MailFields.Row);
        var mail = MailRow.FromBytes(row.Bytes, row.Offset, row.Length);
        var visible = mail.Owners.Where(owner => scope is null || scope.Any(own => Grants(own, owner, received, since))).ToList();
        if (visible.Count == 0 && scope is not null) return null;
        return new SearchHit(
            mail.Id, values.Lane(inSegment), values.Sequence(inSegment), received,
            visible.Select(owner => owner.Address).ToList(), visible.FirstOrDefault().Disposition ?? "",
            mail.Subject, mail.From, mail.To, mail.Summary, mail.HasAttachment, mail.SizeBytes) { Gaps = mail.Gaps };
    }

    public static string IdOf(AtomicReader segment, int document)
    {
        var row = segment.Document(document).GetBinaryValue(MailFields.Row);
        return MailRow.FromBytes(row.Bytes, row.Offset, row.Length).Id;
    }

    private static bool Grants(OwnerScope own, (string Address, string Disposition) owner, DateTimeOffset received, DateTimeOffset since) =>
        own.Address == owner.Address && (own.From is null || received >= own.From) && (own.Until is null || received < own.Until)
        && !(since < own.Kept?.Of(owner.Disposition));
}
