using SkiaSharp;
using SoftPool.Trainer.Data;

namespace SoftPool.Trainer.Tests.Data;

[TestClass]
public sealed class PictureDecoderTests
{
    [TestMethod]
    [DataRow(1, "rgbw")]
    [DataRow(2, "grwb")]
    [DataRow(3, "wbgr")]
    [DataRow(4, "bwrg")]
    [DataRow(5, "rbgw")]
    [DataRow(6, "brwg")]
    [DataRow(7, "wgbr")]
    [DataRow(8, "gwrb")]
    public void A_picture_is_upright_however_the_camera_was_held(int orientation, string expected)
    {
        using var bitmap = new SKBitmap(64, 32);
        for (int y = 0; y < 32; y++)
            for (int x = 0; x < 64; x++)
                bitmap.SetPixel(x, y,
                    ((SKColor[])[SKColors.Red, SKColors.Lime, SKColors.Blue, SKColors.White])[y / 16 * 2 + x / 32]);
        using SKData encoded = bitmap.Encode(SKEncodedImageFormat.Jpeg, quality: 100);
        byte[] jpeg = encoded.ToArray();
        // Behind the start of the image: APP1 with its length, "Exif", a TIFF header and one entry of type SHORT,
        // 0x0112.
        byte[] exif =
        [
            0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "II"u8, 42, 0, 8, 0, 0, 0, 1, 0,
            0x12, 0x01, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, 0,
        ];
        byte[] turned = [.. jpeg[..2], .. exif, .. jpeg[2..]];

        (int width, int height) = orientation < 5 ? (64, 32) : (32, 64);
        Assert.AreEqual(new Size2d(height, width), PictureDecoder.ReadSize(new MemoryStream(turned)));
        byte[] planar = PictureDecoder.Decode(turned, new Size2d(height, width), "turned.jpg");
        Image picture = PictureDecoder.DecodePicture(turned, "turned.jpg");
        Assert.AreEqual((width, height), (picture.Width, picture.Height));
        string actual = "";
        foreach ((int x, int y) in ((int, int)[])[(1, 1), (3, 1), (1, 3), (3, 3)])
        {
            int place = y * height / 4 * width + x * width / 4;
            bool[] channels =
                [.. Enumerable.Range(0, 3).Select(channel => planar[channel * width * height + place] > 127)];
            actual += channels switch
            {
                [true, false, false] => "r",
                [false, true, false] => "g",
                [false, false, true] => "b",
                _ => "w",
            };
        }
        Assert.AreEqual(expected, actual);
    }

    [TestMethod]
    public void A_picture_of_another_form_is_cropped_or_bordered_as_the_preprocessing_says()
    {
        // 8x4 pixels whose red is their column and whose green is their row.
        using var bitmap = new SKBitmap(8, 4);
        for (int y = 0; y < 4; y++)
            for (int x = 0; x < 8; x++)
                bitmap.SetPixel(x, y, new SKColor((byte)(10 * x), (byte)(10 * y), 5));
        using SKData encoded = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        byte[] png = encoded.ToArray();

        byte[] cropped = PictureDecoder.Decode(png, new Size2d(4, 4), "a.png", new CenterCrop(256));
        byte[] bordered = PictureDecoder.Decode(png, new Size2d(9, 8), "a.png", new Letterbox(114));
        byte[] narrow = PictureDecoder.Decode(png, new Size2d(4, 9), "a.png", new Letterbox(7));
        for (int i = 0; i < 16; i++)
            Assert.AreEqual(
                (10 * (i % 4 + 2), 10 * (i / 4), 5), (cropped[i], cropped[16 + i], cropped[32 + i]), $"{i}");
        for (int i = 0; i < 72; i++)
            Assert.AreEqual(
                i / 8 is >= 2 and < 6 ? (10 * (i % 8), 10 * (i / 8 - 2), 5) : (114, 114, 114),
                (bordered[i], bordered[72 + i], bordered[144 + i]), $"{i}");
        for (int i = 0; i < 36; i++)
            Assert.AreEqual(
                i % 9 < 8 ? (10 * (i % 9), 10 * (i / 9), 5) : (7, 7, 7),
                (narrow[i], narrow[36 + i], narrow[72 + i]), $"{i}");
    }

    [TestMethod]
    [DataRow(SKEncodedImageFormat.Jpeg)]
    [DataRow(SKEncodedImageFormat.Png)]
    public void A_pictures_size_is_read_from_its_beginning(SKEncodedImageFormat format)
    {
        using var noise = new SKBitmap(640, 480);
        new Random(1).NextBytes(noise.GetPixelSpan());
        using SKData encoded = noise.Encode(format, quality: 100);
        var stream = new CountingStream(encoded.ToArray());
        Assert.AreEqual(new Size2d(480, 640), PictureDecoder.ReadSize(stream));
        Assert.IsGreaterThan(100_000, encoded.Size);
        Assert.IsLessThan(20_000, stream.Taken);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(3)]
    [DataRow(5000)]
    public void What_is_no_picture_has_no_size(int length) =>
        Assert.IsNull(PictureDecoder.ReadSize(new MemoryStream(new byte[length])));

    [TestMethod]
    public void A_picture_that_takes_over_a_gigabyte_is_too_large_and_not_invalid()
    {
        // A header says the size; nothing behind it is looked at.
        byte[] png =
        [
            0x89, .. "PNG"u8, 13, 10, 26, 10, 0, 0, 0, 13, .. "IHDR"u8,
            0, 0, 0x4E, 0x20, 0, 0, 0x4E, 0x20, 8, 2, 0, 0, 0,
            0x6C, 0x12, 0xD1, 0x6E, 0, 0, 0, 0, .. "IDAT"u8, 0x35, 0xAF, 0x06, 0x1E,
        ];
        DatasetException e = Assert.ThrowsExactly<DatasetException>(() => PictureDecoder.DecodePicture(png, "big.png"));
        Assert.AreEqual(
            "big.png is too large: it has 20,000 x 20,000 pixels, and a picture may have 268,435,456 in all.",
            e.Message);
    }

    private sealed class CountingStream(byte[] content) : MemoryStream(content)
    {
        public long Taken { get; private set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = base.Read(buffer, offset, count);
            Taken += read;
            return read;
        }

        public override int Read(Span<byte> buffer)
        {
            int read = base.Read(buffer);
            Taken += read;
            return read;
        }
    }
}
