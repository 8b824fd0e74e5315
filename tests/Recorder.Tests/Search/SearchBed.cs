using Microsoft.Extensions.Time.Testing;
using Recorder.Search;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Search;

/// <summary>A mail index in a folder of its own.</summary>
internal sealed class SearchBed : IDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
    private readonly TestFolder _folder = new();
    private readonly MailIndexOptions _options;
    private long _sequence;

    public SearchBed(int partitionDocuments = 1_000_000, bool awaitsAttachments = false)
    {
        _options = new MailIndexOptions { PartitionDocuments = partitionDocuments, RamBufferMegabytes = 16, AwaitsAttachments = awaitsAttachments };
        Index = Open();
    }

    public string Folder => _folder.File("index");

    public MailIndex Index { get; private set; }

    public long LastSequence => _sequence;

    public MailIndex Open() => MailIndex.Open(Folder, _options, new FakeTimeProvider(Now));

    public void Reopen()
    {
        Index.Dispose();
        Index = Open();
    }

    /// <summary>A mail with the next sequence; every member can be overridden with <c>with</c>.</summary>
    public SearchDocument Mail(string subject = "", string text = "", string owner = "amy@example.edu") => new(
        Id: $"id-{++_sequence:D6}", Lane: "a", Sequence: _sequence, ReceivedAt: Now.AddHours(-1).AddSeconds(_sequence),
        Owners: [owner], Dispositions: new Dictionary<string, string> { [owner] = "deliver" }, ReversePath: "bounce@sender.example",
        Subject: subject, From: "Sender <sender@sender.example>", To: owner, Cc: "", MessageId: $"<{_sequence}@sender.example>", ListId: "",
        Text: text, Summary: text.Length > 50 ? text[..50] : text, AttachmentNames: [], SizeBytes: 1000);

    public SearchDocument Add(SearchDocument mail)
    {
        Index.Add([mail]);
        return mail;
    }

    public void Show() => Index.Refresh(At(_sequence));

    public void Commit() => Index.Commit(At(_sequence));

    public static Dictionary<string, long> At(long sequence) => new() { ["a"] = sequence };

    /// <summary>Adds one mail with this text and shows it.</summary>
    public static SearchBed With(string text, string subject = "")
    {
        var bed = new SearchBed();
        bed.Add(bed.Mail(subject, text));
        bed.Show();
        return bed;
    }

    public SearchPage Search(string query, int limit = 50, string? cursor = null, params OwnerScope[] scope) =>
        Index.Search(new SearchRequest(scope.Length == 0 ? null : scope, query, limit, cursor));

    public string[] Ids(string query, params OwnerScope[] scope) => Search(query, 500, null, scope).Items.Select(i => i.Id).ToArray();

    public bool Finds(string query) => Search(query).Items.Count > 0;

    public void Dispose()
    {
        Index.Dispose();
        _folder.Dispose();
    }
}
