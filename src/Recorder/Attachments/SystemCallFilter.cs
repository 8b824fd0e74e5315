using System.Runtime.InteropServices;

namespace Recorder.Attachments;

/// <summary>
/// A seccomp program (Linux, <c>seccomp(2)</c>): the calls listed answer "not permitted", all others go on. Opening a file
/// for writing is refused by its flags.
/// </summary>
/// <param name="Instructions">Each a <c>struct sock_filter</c>: code, jump if true, jump if false, operand.</param>
/// <param name="InstallCall">The number of <c>seccomp</c> itself.</param>
internal sealed record SystemCallFilter(ulong[] Instructions, nint InstallCall)
{
    private const ushort Load = 0x20, JumpIfEqual = 0x15, JumpIfAtLeast = 0x35, JumpIfAnyBit = 0x45, Return = 0x06;
    private const uint Allow = 0x7FFF0000, NotPermitted = 0x00050001;
    private const uint NumberOffset = 0, MachineOffset = 4, ThirdArgumentOffset = 32;
    private const uint WriteFlags = 0x1 | 0x2 | 0x40; // O_WRONLY, O_RDWR, O_CREAT
    private const uint OtherNumbers = 0x40000000; // the x32 way to make the same calls

    // socket connect accept sendto bind listen socketpair fork vfork execve kill truncate rename mkdir rmdir creat link unlink
    // symlink chmod chown ptrace mount process_vm_readv/writev execveat io_uring_setup bpf unlinkat renameat renameat2 mkdirat
    // linkat symlinkat keyctl userfaultfd perf_event_open pidfd_getfd accept4
    // open_by_handle_at fchmodat fchownat openat2; clone3 makes threads and stays
    private static readonly uint[] OnX64 =
        [41, 42, 43, 44, 49, 50, 53, 57, 58, 59, 62, 76, 82, 83, 84, 85, 86, 87, 88, 90, 92, 101, 165, 310, 311, 322, 425, 321, 263, 264, 316, 258, 265, 266, 250, 323, 298, 438, 288, 304, 268, 260, 437];

    private static readonly uint[] OnArm64 =
        [198, 203, 202, 206, 200, 201, 199, 221, 129, 45, 117, 40, 270, 271, 281, 425, 280, 35, 38, 276, 34, 37, 36, 219, 282, 241, 438, 242, 265, 53, 54, 437];

    /// <summary>Null for a machine whose numbers are not known here.</summary>
    public static SystemCallFilter? ForThisMachine() => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => new(Program(0xC000003E, OnX64, openAt: 257), 317),
        Architecture.Arm64 => new(Program(0xC00000B7, OnArm64, openAt: 56), 277),
        _ => null,
    };

    private static ulong[] Program(uint machine, uint[] refused, uint openAt)
    {
        var program = new List<ulong>
        {
            Of(Load, MachineOffset),
            Of(JumpIfEqual, machine, ifTrue: 1, ifFalse: 0),
            Of(Return, NotPermitted),
            Of(Load, NumberOffset),
            Of(JumpIfAtLeast, OtherNumbers, ifTrue: 0, ifFalse: 1),
            Of(Return, NotPermitted),
        };
        foreach (var number in refused)
        {
            program.Add(Of(JumpIfEqual, number, ifTrue: 0, ifFalse: 1));
            program.Add(Of(Return, NotPermitted));
        }

        program.AddRange(
        [
            Of(JumpIfEqual, openAt, ifTrue: 0, ifFalse: 3),
            Of(Load, ThirdArgumentOffset),
            Of(JumpIfAnyBit, WriteFlags, ifTrue: 0, ifFalse: 1),
            Of(Return, NotPermitted),
            Of(Return, Allow),
        ]);
        return [.. program];
    }

    private static ulong Of(ushort code, uint operand, byte ifTrue = 0, byte ifFalse = 0) =>
        code | ((ulong)ifTrue << 16) | ((ulong)ifFalse << 24) | ((ulong)operand << 32);
}
