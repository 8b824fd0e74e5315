using Lucene.Net.Codecs;
using Lucene.Net.Codecs.Compressing;
using Lucene.Net.Codecs.Lucene46;

namespace Recorder.Search.Partitions;

/// <summary>Lucene's own codec, except that stored rows are deflated: a hit reads one chunk of them, and they are written once.</summary>
[CodecName("Recorder2")]
internal sealed class RecorderCodec() : FilterCodec(new Lucene46Codec())
{
    /// <summary>Rows compress as what they are, lines of mail, when some tens of them share a chunk. A page of a mailbox among thousands unpacks one for each row.</summary>
    private const int ChunkBytes = 1 << 13;

    private static readonly Lock Registering = new();
    private static bool s_registered;

    public override StoredFieldsFormat StoredFieldsFormat { get; } =
        new CompressingStoredFieldsFormat("RecorderRows2", new RowPacking(), ChunkBytes);

    /// <summary>Lucene finds the codec of an index on disk by its name; call before any index is opened.</summary>
    public static void Register()
    {
        lock (Registering)
        {
            if (!s_registered) Codec.SetCodecFactory(new Factory());
            s_registered = true;
        }
    }

    /// <summary>What earlier indexes name: enough to read from which stretch of the log they are.</summary>
    [CodecName("Recorder1")]
    private sealed class FormerCodec() : FilterCodec(new Lucene46Codec());

    private sealed class Factory : DefaultCodecFactory
    {
        protected override void Initialize()
        {
            base.Initialize();
            PutCodecType(typeof(RecorderCodec));
            PutCodecType(typeof(FormerCodec));
        }
    }
}
