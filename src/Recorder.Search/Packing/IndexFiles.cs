using Lucene.Net.Store;
using Microsoft.Win32.SafeHandles;

namespace Recorder.Search.Packing;

/// <summary>
/// The files of an index on the disk. Lucene's <see cref="NIOFSDirectory"/> reads through a stream with a buffer of its own behind
/// a lock; here each read goes from the system into the buffer that is read from, on as many threads as search.
/// </summary>
internal sealed class IndexFiles(string folder) : FSDirectory(new DirectoryInfo(folder), null)
{
    public override IndexInput OpenInput(string name, IOContext context)
    {
        EnsureOpen();
        return FileInput.Open(Path.Combine(Directory.FullName, name), context);
    }

    /// <summary>Clones share the handle, which the first one closes.</summary>
    private sealed class FileInput : BufferedIndexInput
    {
        private readonly SafeFileHandle _file;
        private readonly long _length;
        private bool _isClone;

        private FileInput(string path, SafeFileHandle file, IOContext context) : base(path, context) => (_file, _length) = (file, RandomAccess.GetLength(file));

        public override long Length => _length;

        public static FileInput Open(string path, IOContext context) =>
            new(path, File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), context);

        public override object Clone()
        {
            var clone = (FileInput)base.Clone();
            clone._isClone = true;
            return clone;
        }

        protected override void ReadInternal(byte[] b, int offset, int length)
        {
            for (var position = Position; length > 0;)
            {
                var read = RandomAccess.Read(_file, b.AsSpan(offset, length), position);
                if (read == 0) throw new EndOfStreamException($"read past the end of {this}");
                (position, offset, length) = (position + read, offset + read, length - read);
            }
        }

        protected override void SeekInternal(long pos) { }

        protected override void Dispose(bool disposing)
        {
            if (disposing && !_isClone) _file.Dispose();
        }
    }
}
