using System.Diagnostics;
using System.Net.Sockets;
using SoftPool.Trainer.Files;

namespace SoftPool.Trainer.Tests.Files;

/// <summary>What is no regular file is refused at once, in one sentence: to open a pipe would wait for ever.</summary>
[TestClass]
public sealed class RegularFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [Timeout(60_000)]
    public void Pipes_sockets_devices_folders_and_links_to_them_are_refused()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("Windows has no such files among others.");
        Process.Start("mkfifo", [_folder["pipe"]]).WaitForExit();
        File.CreateSymbolicLink(_folder["link"], _folder["pipe"]);
        File.CreateSymbolicLink(_folder["zero"], "/dev/zero");
        File.CreateSymbolicLink(_folder["nowhere"], _folder["none"]);
        File.CreateSymbolicLink(_folder["loop"], _folder["loop"]);
        Directory.CreateDirectory(_folder["folder"]);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder["socket"]));
        foreach ((string name, string reason) in (ReadOnlySpan<(string, string)>)
                 [("pipe", "is a pipe, a socket or a device"), ("link", "is a pipe, a socket or a device"),
                     ("zero", "is a pipe, a socket or a device"), ("socket", "is a pipe, a socket or a device"),
                     ("nowhere", "Could not find file"), ("folder", "is a folder"), ("loop", "")])
            foreach (Action read in (Action[])
                     [() => RegularFile.OpenRead(_folder[name]).Dispose(), () => RegularFile.ReadAllText(_folder[name]),
                         () => RegularFile.ReadAllBytes(_folder[name]),
                         () => _ = RegularFile.ReadLines(_folder[name]).Count()])
            {
                IOException e = Assert.Throws<IOException>(read, name);
                StringAssert.Contains(e.Message, reason, name);
                StringAssert.Contains(e.Message, _folder[name]);
            }
    }

    [TestMethod]
    public void Files_and_links_to_them_are_read()
    {
        File.WriteAllText(_folder["file"], "a\nb");
        File.CreateSymbolicLink(_folder["link"], _folder["file"]);
        foreach (string name in (string[])["file", "link"])
        {
            Assert.AreEqual("a\nb", RegularFile.ReadAllText(_folder[name]));
            CollectionAssert.AreEqual("a\nb"u8.ToArray(), RegularFile.ReadAllBytes(_folder[name]));
            CollectionAssert.AreEqual((string[])["a", "b"], RegularFile.ReadLines(_folder[name]).ToArray());
        }
    }
}
