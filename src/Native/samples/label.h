// Draws a line of text into a frame of luma and chroma, on the device: the glyphs are copied from a small buffer into
// the frame's two images, at the upper left. The pixels of the frame stay where they are.
#ifndef LABEL_H
#define LABEL_H

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vulkan/vulkan.h>

static void vk(VkResult result) {
    if (result == VK_SUCCESS) return;
    fprintf(stderr, "Vulkan: %d\n", result);
    exit(1);
}

// Three columns and five rows each: an octal digit is a row.
static const unsigned short glyphs[128] = {
    ['0'] = 075557, ['1'] = 026227, ['2'] = 071747, ['3'] = 071317, ['4'] = 055711, ['5'] = 074717, ['6'] = 074757,
    ['7'] = 071122, ['8'] = 075757, ['9'] = 075717, ['A'] = 025755, ['B'] = 065656, ['C'] = 034443, ['D'] = 065556,
    ['E'] = 074647, ['F'] = 074644, ['G'] = 034553, ['H'] = 055755, ['I'] = 072227, ['J'] = 011152, ['K'] = 055655,
    ['L'] = 044447, ['M'] = 057755, ['N'] = 065555, ['O'] = 025552, ['P'] = 065644, ['Q'] = 025563, ['R'] = 065655,
    ['S'] = 034216, ['T'] = 072222, ['U'] = 055557, ['V'] = 055552, ['W'] = 055775, ['X'] = 055255, ['Y'] = 055222,
    ['Z'] = 071247, ['"'] = 055000, ['%'] = 051245, ['('] = 012221, [')'] = 042224, [','] = 000024, ['-'] = 000700,
    ['.'] = 000002, ['/'] = 011244, [':'] = 002020, ['?'] = 071202, ['\''] = 022000, ['_'] = 000007,
};

struct label {
    VkDevice device;
    VkQueue queue;
    VkCommandPool pool;
    VkCommandBuffer commands;
    VkFence fence;
    VkBuffer buffer;
    VkDeviceMemory memory;
    unsigned char* texels; // of luma, then of chroma
};

// A frame of NV12 as two images, R8 and R8G8, each with a timeline semaphore whose value says whose turn it is.
struct label_frame {
    VkImage* images;
    VkImageLayout* layouts;
    VkSemaphore* semaphores;
    uint64_t* values;
    uint32_t width, height;
};

static void label_open(
    struct label* label, VkPhysicalDevice physical, VkDevice device, uint32_t family, uint32_t width, uint32_t height) {
    label->device = device;
    vkGetDeviceQueue(device, family, 0, &label->queue);
    VkCommandPoolCreateInfo pool = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
        .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT, .queueFamilyIndex = family};
    vk(vkCreateCommandPool(device, &pool, NULL, &label->pool));
    VkCommandBufferAllocateInfo commands = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = label->pool, .commandBufferCount = 1};
    vk(vkAllocateCommandBuffers(device, &commands, &label->commands));
    VkFenceCreateInfo fence = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    vk(vkCreateFence(device, &fence, NULL, &label->fence));
    VkBufferCreateInfo buffer = {
        .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, .size = (VkDeviceSize)width * height * 2,
        .usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT};
    vk(vkCreateBuffer(device, &buffer, NULL, &label->buffer));
    VkMemoryRequirements needs;
    vkGetBufferMemoryRequirements(device, label->buffer, &needs);
    VkPhysicalDeviceMemoryProperties memory;
    vkGetPhysicalDeviceMemoryProperties(physical, &memory);
    VkMemoryPropertyFlags wanted = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    uint32_t type = 0;
    while (!(needs.memoryTypeBits >> type & 1) || (memory.memoryTypes[type].propertyFlags & wanted) != wanted) type++;
    VkMemoryAllocateInfo bytes = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = needs.size, .memoryTypeIndex = type};
    vk(vkAllocateMemory(device, &bytes, NULL, &label->memory));
    vk(vkBindBufferMemory(device, label->buffer, label->memory, 0));
    vk(vkMapMemory(device, label->memory, 0, VK_WHOLE_SIZE, 0, (void**)&label->texels));
}

static void label_close(struct label* label) {
    vkDestroyBuffer(label->device, label->buffer, NULL);
    vkFreeMemory(label->device, label->memory, NULL);
    vkDestroyFence(label->device, label->fence, NULL);
    vkDestroyCommandPool(label->device, label->pool, NULL);
}

// Draws as much of the text as there is room for, and leaves the images in the layout TRANSFER_DST_OPTIMAL; a frame
// without room for a letter is left as it is.
static void label_draw(struct label* label, const struct label_frame* frame, const char* text) {
    enum { MARGIN = 8, BLACK = 16, WHITE = 235, GREY = 128 };
    uint32_t scale = 2 * (1 + frame->height / 240), count = (uint32_t)strlen(text);
    if (frame->width < 2 * MARGIN + 5 * scale || frame->height < 2 * MARGIN + 7 * scale) return;
    uint32_t room = ((frame->width - 2 * MARGIN) / scale - 1) / 4;
    if (count > room) count = room;
    uint32_t width = (4 * count + 1) * scale, height = 7 * scale;
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++) {
            uint32_t column = x / scale, row = y / scale, is_set = 0;
            if (column % 4 > 0 && row > 0 && row < 6) {
                int letter = toupper((unsigned char)text[column / 4]);
                unsigned glyph = letter == ' ' ? 0 : letter < 128 && glyphs[letter] ? glyphs[letter] : glyphs['?'];
                is_set = glyph >> (3 * (5 - row) + (3 - column % 4)) & 1;
            }
            label->texels[y * width + x] = is_set ? WHITE : BLACK;
        }
    memset(label->texels + width * height, GREY, width * height / 2);

    VkCommandBufferBeginInfo begin = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO, .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};
    vk(vkBeginCommandBuffer(label->commands, &begin));
    uint64_t wait[2], signal[2];
    for (uint32_t plane = 0; plane < 2; plane++) {
        VkImageMemoryBarrier barrier = {
            .sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER, .srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT,
            .dstAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT, .oldLayout = frame->layouts[plane],
            .newLayout = VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
            .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED, .image = frame->images[plane],
            .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1}};
        vkCmdPipelineBarrier(label->commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT, 0, 0,
            NULL, 0, NULL, 1, &barrier);
        int32_t margin = MARGIN >> plane;
        VkBufferImageCopy copy = {
            .bufferOffset = plane ? width * height : 0, .imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1},
            .imageOffset = {margin, margin, 0}, .imageExtent = {width >> plane, height >> plane, 1}};
        vkCmdCopyBufferToImage(label->commands, label->buffer, frame->images[plane],
            VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &copy);
        frame->layouts[plane] = VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL;
        wait[plane] = frame->values[plane];
        signal[plane] = ++frame->values[plane];
    }
    vk(vkEndCommandBuffer(label->commands));
    VkPipelineStageFlags stages[2] = {VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT};
    VkTimelineSemaphoreSubmitInfo turns = {
        .sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO, .waitSemaphoreValueCount = 2,
        .pWaitSemaphoreValues = wait, .signalSemaphoreValueCount = 2, .pSignalSemaphoreValues = signal};
    VkSubmitInfo submit = {
        .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .pNext = &turns, .waitSemaphoreCount = 2,
        .pWaitSemaphores = frame->semaphores, .pWaitDstStageMask = stages, .commandBufferCount = 1,
        .pCommandBuffers = &label->commands, .signalSemaphoreCount = 2, .pSignalSemaphores = frame->semaphores};
    vk(vkQueueSubmit(label->queue, 1, &submit, label->fence));
    vk(vkWaitForFences(label->device, 1, &label->fence, VK_TRUE, UINT64_MAX)); // The next text takes the same buffer.
    vk(vkResetFences(label->device, 1, &label->fence));
}

#endif
