namespace Recorder.Archive.Log;

/// <summary>Counts the contents that are arriving now: each will want a place in a batch soon.</summary>
internal sealed class Arrivals
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public Arrival Begin()
    {
        Interlocked.Increment(ref _count);
        return new Arrival(this);
    }

    internal sealed class Arrival(Arrivals owner)
    {
        private int _ended;

        /// <summary>Its append is at the door, or will never come.</summary>
        public void End()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0) Interlocked.Decrement(ref owner._count);
        }
    }
}
