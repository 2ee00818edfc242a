using System.Text;
using Switchboard.Asterisk.Ami;

namespace Switchboard.Tests.Ami;

/// <summary>Texts that come again are decoded once; whatever a peer sends, the right text comes and the table does not grow.</summary>
public class AmiTextsTests
{
    [Fact]
    public void A_text_that_comes_again_is_the_same_object()
    {
        var texts = new AmiTexts();
        foreach (var text in (string[])["0", "ring", "Newchannel", "PJSIP/1203-0000001a", "wakeup-0192f3a4b5c6d7e8f90a1b2c3d4e5f60-1"])
        {
            var first = texts.Of(Encoding.ASCII.GetBytes(text));
            Assert.Equal(text, first);
            Assert.Same(first, texts.Of(Encoding.ASCII.GetBytes(text)));
        }

        Assert.Same("", texts.Of(""u8));
    }

    [Fact]
    public void Strange_texts_come_right_and_are_not_kept()
    {
        var texts = new AmiTexts();
        Assert.Equal(["前台", "a\uFFFD", "a\uFFFD"], [texts.Of("前台"u8), texts.Of([(byte)'a', 0xFF]), texts.Of([(byte)'a', 0xFE])]);
        Assert.Equal(["Ünal", "\uFFFDnal"], [texts.Of("Ünal"u8), texts.Of([0xDC, .. "nal"u8])]);
        var longer = new string('x', AmiTexts.MaxLength + 1);
        Assert.Equal(longer, texts.Of(Encoding.ASCII.GetBytes(longer)));
        Assert.Equal(0, texts.Count);
    }

    [Fact]
    public void A_peer_that_invents_texts_fills_the_table_and_no_more()
    {
        var texts = new AmiTexts();
        for (var i = 0; i < 200_000; i++)
        {
            var text = $"PJSIP/{i}-0000001a";
            Assert.Equal(text, texts.Of(Encoding.ASCII.GetBytes(text)));
        }

        Assert.InRange(texts.Count, AmiTexts.Capacity / 2, AmiTexts.Capacity);
    }

    [Fact]
    public void Texts_of_one_hash_still_come_right_and_drive_only_each_other_out()
    {
        var texts = new AmiTexts();
        var other = texts.Of("Newchannel"u8);
        // They differ only where the hash does not look.
        for (var i = 0; i < 100_000; i++)
        {
            var text = $"beginning {i % 1000:D3} and then the same to the end";
            Assert.Equal(text, texts.Of(Encoding.ASCII.GetBytes(text)));
        }

        Assert.InRange(texts.Count, 2, 5);
        Assert.Same(other, texts.Of("Newchannel"u8));
    }

    [Fact]
    public void Many_threads_at_once_get_what_they_ask_for()
    {
        var texts = new AmiTexts();
        Parallel.For(0, 8, thread =>
        {
            var random = new Random(thread);
            for (var i = 0; i < 50_000; i++)
            {
                // More than fit, and many that share their places.
                var text = $"{random.Next(3) * 1000}-{random.Next(10_000)}";
                Assert.Equal(text, texts.Of(Encoding.ASCII.GetBytes(text)));
            }
        });
    }
}
