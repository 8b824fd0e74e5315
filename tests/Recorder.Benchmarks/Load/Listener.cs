using System.Net;
using System.Net.Sockets;

namespace Recorder.Benchmarks.Load;

internal static class Listener
{
    public static bool IsThere(int port)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
