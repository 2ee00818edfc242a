using System.Globalization;
using Microsoft.Extensions.Options;
using Switchboard.Features.Directories;
using Switchboard.Features.Hotel;
using Switchboard.Features.Mail;

namespace Switchboard.Features.Deliveries;

/// <summary>What a delivery looks like as a mail, in Chinese and English.</summary>
internal sealed class DeliveryMail(IOptions<HotelOptions> hotel)
{
    public MailToSend Compose(string to, long number, DirectoryEntry? person, DeliveredContent content, bool hasFile)
    {
        var zone = hotel.Value.Zone;
        var taken = content.TakenAt.InZone(zone).LocalDateTime.ToString("uuuu-MM-dd HH:mm", CultureInfo.InvariantCulture);
        var called = person is null ? "" : string.Join(' ', new[] { person.Title, person.Name }.Where(n => !string.IsNullOrEmpty(n)));
        List<string> lines = [$"留言给 Message for: {called}", $"来自 From: {content.From ?? "-"}", $"时间 Taken at: {taken} ({zone.Id})", ""];
        if (content.Text is { } text) lines.AddRange([text, ""]);
        if (hasFile) lines.AddRange(["录音附后。The recording is attached.", ""]);
        else if (content.AudioFile is not null) lines.AddRange(["录音请致电总机听取。Please call the hotel operator to hear the recording.", ""]);
        lines.Add($"收到后请致电酒店总机确认，编号 {number}。");
        lines.Add($"Please call the hotel operator to confirm that you have it: number {number}.");
        return new MailToSend(to, $"{hotel.Value.Name}: 留言 message {number}", string.Join("\r\n", lines), hasFile ? content.AudioFile : null);
    }
}
