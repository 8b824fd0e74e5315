namespace Recorder.Search.Partitions;

/// <summary>A partition could not be read while it was searched: it is damaged, or we are wrong.</summary>
internal sealed class UnreadablePartitionException(PartitionView view, Exception inner) : IOException($"{view.Partition.Folder}: {inner.Message}", inner)
{
    public PartitionView View => view;

    public static T Guard<T>(PartitionView view, Func<T> read)
    {
        try { return read(); }
        catch (Exception e) when (e is not UnreadablePartitionException && (e is IOException || IndexFolder.MeansDamage(e)))
        {
            throw new UnreadablePartitionException(view, e);
        }
    }
}
