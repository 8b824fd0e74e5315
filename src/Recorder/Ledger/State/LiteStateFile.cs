using System.Security.Cryptography;
using System.Text;
using LiteDB;
using Recorder.Archive;

namespace Recorder.Ledger.State;

/// <summary>
/// One LiteDB file with the map and the position it stands at. LiteDB 5 corrupts its file under concurrent writers:
/// everything here is for one thread at a time, and a transaction never leaves that thread.
/// </summary>
internal sealed class LiteStateFile : IDisposable
{
    // Raised when the projection or the values change meaning: an older file is then rebuilt from the log.
    private const int FormatVersion = 12;
    private const int DocumentsATransaction = 5_000;
    private const int MaxPlainKeyBytes = 900;
    private const string PositionId = "position";

    private readonly LiteDatabase database;
    private readonly ILiteCollection<BsonDocument> values;
    private readonly ILiteCollection<BsonDocument> facts;
    private long count;

    private LiteStateFile(string path)
    {
        // Without this LiteDB compares strings by the machine's culture, ignoring case.
        database = new LiteDatabase(new ConnectionString { Filename = path, Connection = ConnectionType.Direct, Collation = Collation.Binary });
        values = database.GetCollection("state");
        facts = database.GetCollection("facts");
        CreateCollections();
    }

    /// <exception cref="Exception">Of many kinds: what LiteDB meets in a damaged file is not only its own exception.</exception>
    public static LiteStateFile Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return new LiteStateFile(path);
    }

    /// <exception cref="InvalidDataException">Incomplete, or written by another version.</exception>
    public StateSnapshot Load()
    {
        if (facts.FindById(PositionId) is not { } position)
        {
            return values.Count() == 0 ? StateSnapshot.Empty : throw new InvalidDataException("state without a position");
        }

        if (position["version"].AsInt32 != FormatVersion)
        {
            throw new InvalidDataException($"state of version {position["version"].AsInt32}, not {FormatVersion}");
        }

        var expected = position["count"].AsInt64;
        // A damaged page may point back: never read more than there can be.
        var loaded = values.FindAll().Take((int)Math.Min(int.MaxValue, expected + 1)).Select(Decode).ToList();
        if (loaded.Count != expected)
        {
            throw new InvalidDataException($"{loaded.Count} values where {expected} were written");
        }

        count = expected;
        return StateSnapshot.Of(loaded, new StatePosition(
            position["lane"].AsString, position["sequence"].AsInt64, new RecordId(position["last"].AsGuid)));
    }

    /// <summary>All changes and the position, or none of them.</summary>
    public void Write(IEnumerable<StateChange> changes, StatePosition position) =>
        InTransaction(() =>
        {
            Put(changes);
            PutPosition(position);
        });

    /// <summary>Fills an empty file. The position comes last: a file that was cut short has none and is not believed.</summary>
    public void WriteAll(StateSnapshot snapshot)
    {
        foreach (var piece in snapshot.All.Chunk(DocumentsATransaction))
        {
            InTransaction(() => Put(piece));
        }

        if (snapshot.At is { } position)
        {
            InTransaction(() => PutPosition(position));
        }
    }

    public void Dispose() => database.Dispose();

    private void CreateCollections()
    {
        // Collections are made here, so that no later transaction has to change the file's header page.
        foreach (var collection in new[] { values, facts })
        {
            collection.Upsert(new BsonDocument { ["_id"] = BsonValue.MinValue.ToString() });
            collection.Delete(BsonValue.MinValue.ToString());
        }
    }

    private void InTransaction(Action write)
    {
        database.BeginTrans();
        try
        {
            write();
            database.Commit();
        }
        catch
        {
            database.Rollback();
            throw;
        }
    }

    private void Put(IEnumerable<StateChange> changes)
    {
        foreach (var change in changes)
        {
            if (change.Value is null)
            {
                count -= values.Delete(IdOf(change.Key)) ? 1 : 0;
            }
            else
            {
                count += values.Upsert(Encode(change)) ? 1 : 0;
            }
        }
    }

    private void PutPosition(StatePosition position) =>
        facts.Upsert(new BsonDocument
        {
            ["_id"] = PositionId,
            ["version"] = FormatVersion,
            ["lane"] = position.Lane,
            ["sequence"] = position.Sequence,
            ["last"] = position.LastId.Value,
            ["count"] = count,
        });

    private static BsonDocument Encode(StateChange change) => new()
    {
        ["_id"] = IdOf(change.Key),
        ["key"] = change.Key,
        ["kind"] = StateValues.KindOf(change.Value!),
        ["json"] = StateValues.Encode(change.Value!),
    };

    private static StateChange Decode(BsonDocument document) =>
        new(document["key"].AsString, StateValues.Decode(document["kind"].AsString, document["json"].AsString));

    // LiteDB refuses index keys over 1,023 bytes; a retry key with two long addresses gets there.
    private static BsonValue IdOf(string key)
    {
        var bytes = Encoding.UTF8.GetBytes(key);
        return bytes.Length <= MaxPlainKeyBytes ? bytes : (byte[])[0xFF, .. SHA256.HashData(bytes)];
    }
}
