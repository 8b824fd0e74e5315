using Lucene.Net.Store;

namespace Recorder.Tests.Search;

/// <summary>Writes until its time has come; from then on nothing reaches the disk any more, as after kill -9.</summary>
internal sealed class DyingDisk(int writes)
{
    private int _left = writes;

    public bool IsDead => Volatile.Read(ref _left) <= 0;

    public void Kill() => Volatile.Write(ref _left, 0);

    public Lucene.Net.Store.Directory Around(Lucene.Net.Store.Directory inner) => new Folder(inner, this);

    private void Touch()
    {
        if (Interlocked.Decrement(ref _left) <= 0) throw new IOException("killed (injected)");
    }

    private sealed class Folder(Lucene.Net.Store.Directory inner, DyingDisk disk) : FilterDirectory(inner)
    {
        public override IndexOutput CreateOutput(string name, IOContext context)
        {
            disk.Touch();
            return new Output(base.CreateOutput(name, context), disk);
        }

        public override void DeleteFile(string name)
        {
            disk.Touch();
            base.DeleteFile(name);
        }

        public override void Sync(ICollection<string> names)
        {
            disk.Touch();
            base.Sync(names);
        }
    }

    private sealed class Output(IndexOutput inner, DyingDisk disk) : BufferedIndexOutput(512)
    {
        protected override void FlushBuffer(byte[] b, int offset, int len)
        {
            disk.Touch();
            inner.WriteBytes(b, offset, len);
        }

        public override long Length => Position;

        protected override void Dispose(bool disposing)
        {
            try { base.Dispose(disposing); }
            finally { inner.Dispose(); }
        }
    }
}
