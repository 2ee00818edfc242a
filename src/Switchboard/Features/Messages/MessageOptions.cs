using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Switchboard.Features.Messages;

/// <summary>Messages for guests and for the house (section <c>Messages</c>).</summary>
public sealed class MessageOptions
{
    public const string Section = "Messages";

    /// <summary>After check-out the messages of a stay may still be handed over for so long; then they are deleted, and their recordings with them.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "90.00:00:00")]
    public TimeSpan AfterCheckOut { get; set; } = TimeSpan.FromHours(24);

    /// <summary>A message that belongs to no stay (of a room where nobody was checked in, of the house) waits for so long; then it is closed as not collected.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan LongestOpen { get; set; } = TimeSpan.FromDays(30);
}

[OptionsValidator]
public sealed partial class MessageOptionsValidator : IValidateOptions<MessageOptions>;
