// An engine without a window: frames MODEL [COUNT]. It has its own Vulkan device and draws a frame, and in the same
// command buffer the network sees the frame: rendered, resized, normalised and classified on the device. The CPU reads
// the scores. Needs Vulkan's headers: cc frames.c -lvulkan and what sample.c needs.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vulkan/vulkan.h>

#include "softpool.h"

enum { WIDTH = 320, HEIGHT = 240, BATCH = 1 };

static void check(sp_code code) {
    if (code == SP_OK) return;
    const char* sentence;
    sp_get_error(&sentence);
    fprintf(stderr, "%s\n", sentence);
    exit(1);
}

static void vk(VkResult result) {
    if (result == VK_SUCCESS) return;
    fprintf(stderr, "Vulkan: %d\n", result);
    exit(1);
}

// ---- The engine: device, queue with its lock, a picture to draw into, a buffer that the CPU reads. ----

static VkInstance instance;
static VkPhysicalDevice physical;
static VkDevice device;
static VkQueue queue;
static uint32_t family;
static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;

static void lock_queue(void* user) { (void)user, pthread_mutex_lock(&queue_lock); }
static void unlock_queue(void* user) { (void)user, pthread_mutex_unlock(&queue_lock); }

static void open_device(void) {
    VkApplicationInfo application = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO, .apiVersion = VK_API_VERSION_1_1};
    VkInstanceCreateInfo instance_info = {
        .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO, .pApplicationInfo = &application};
    vk(vkCreateInstance(&instance_info, NULL, &instance));
    uint32_t count = 1;
    VkResult found = vkEnumeratePhysicalDevices(instance, &count, &physical);
    if (count == 0 || (found != VK_SUCCESS && found != VK_INCOMPLETE)) {
        fprintf(stderr, "There is no Vulkan device.\n");
        exit(1);
    }
    VkQueueFamilyProperties families[16];
    count = 16;
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, families);
    VkQueueFlags needed = VK_QUEUE_GRAPHICS_BIT | VK_QUEUE_COMPUTE_BIT;
    while (family < count && (families[family].queueFlags & needed) != needed) family++;
    float priority = 1;
    VkDeviceQueueCreateInfo queue_info = {
        .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO, .queueFamilyIndex = family, .queueCount = 1,
        .pQueuePriorities = &priority};
    VkDeviceCreateInfo device_info = {
        .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, .queueCreateInfoCount = 1, .pQueueCreateInfos = &queue_info};
    vk(vkCreateDevice(physical, &device_info, NULL, &device));
    vkGetDeviceQueue(device, family, 0, &queue);
}

static VkDeviceMemory allocate(VkMemoryRequirements needs, VkMemoryPropertyFlags wanted) {
    VkPhysicalDeviceMemoryProperties memory;
    vkGetPhysicalDeviceMemoryProperties(physical, &memory);
    uint32_t type = 0;
    while (type + 1 < memory.memoryTypeCount
        && (!(needs.memoryTypeBits >> type & 1) || (memory.memoryTypes[type].propertyFlags & wanted) != wanted)) type++;
    VkMemoryAllocateInfo info = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = needs.size, .memoryTypeIndex = type};
    VkDeviceMemory bytes;
    vk(vkAllocateMemory(device, &info, NULL, &bytes));
    return bytes;
}

static VkImage frame;
static VkDeviceMemory frame_memory, scores_memory;
static VkImageView view;
static VkRenderPass pass;
static VkFramebuffer target;
static VkBuffer scores;
static float* mapped;

static void make_frame(void) {
    VkImageCreateInfo image = {
        .sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO, .imageType = VK_IMAGE_TYPE_2D,
        .format = VK_FORMAT_B8G8R8A8_UNORM, .extent = {WIDTH, HEIGHT, 1}, .mipLevels = 1, .arrayLayers = 1,
        .samples = VK_SAMPLE_COUNT_1_BIT, .tiling = VK_IMAGE_TILING_OPTIMAL,
        .usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT};
    vk(vkCreateImage(device, &image, NULL, &frame));
    VkMemoryRequirements needs;
    vkGetImageMemoryRequirements(device, frame, &needs);
    frame_memory = allocate(needs, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT);
    vk(vkBindImageMemory(device, frame, frame_memory, 0));
    VkImageViewCreateInfo view_info = {
        .sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO, .image = frame, .viewType = VK_IMAGE_VIEW_TYPE_2D,
        .format = image.format, .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1}};
    vk(vkCreateImageView(device, &view_info, NULL, &view));
    VkAttachmentDescription attachment = {
        .format = image.format, .samples = VK_SAMPLE_COUNT_1_BIT, .loadOp = VK_ATTACHMENT_LOAD_OP_CLEAR,
        .storeOp = VK_ATTACHMENT_STORE_OP_STORE, .stencilLoadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE,
        .stencilStoreOp = VK_ATTACHMENT_STORE_OP_DONT_CARE, .initialLayout = VK_IMAGE_LAYOUT_UNDEFINED,
        .finalLayout = VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL};
    VkAttachmentReference color = {0, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL};
    VkSubpassDescription subpass = {.colorAttachmentCount = 1, .pColorAttachments = &color};
    VkSubpassDependency dependencies[2] = {
        {.srcSubpass = VK_SUBPASS_EXTERNAL, .dstSubpass = 0, .srcStageMask = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT,
            .dstStageMask = VK_PIPELINE_STAGE_COLOR_ATTACHMENT_OUTPUT_BIT, .srcAccessMask = VK_ACCESS_MEMORY_READ_BIT,
            .dstAccessMask = VK_ACCESS_COLOR_ATTACHMENT_WRITE_BIT},
        {.srcSubpass = 0, .dstSubpass = VK_SUBPASS_EXTERNAL,
            .srcStageMask = VK_PIPELINE_STAGE_COLOR_ATTACHMENT_OUTPUT_BIT,
            .dstStageMask = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT,
            .srcAccessMask = VK_ACCESS_COLOR_ATTACHMENT_WRITE_BIT, .dstAccessMask = VK_ACCESS_MEMORY_READ_BIT}};
    VkRenderPassCreateInfo pass_info = {
        .sType = VK_STRUCTURE_TYPE_RENDER_PASS_CREATE_INFO, .attachmentCount = 1, .pAttachments = &attachment,
        .subpassCount = 1, .pSubpasses = &subpass, .dependencyCount = 2, .pDependencies = dependencies};
    vk(vkCreateRenderPass(device, &pass_info, NULL, &pass));
    VkFramebufferCreateInfo target_info = {
        .sType = VK_STRUCTURE_TYPE_FRAMEBUFFER_CREATE_INFO, .renderPass = pass, .attachmentCount = 1,
        .pAttachments = &view, .width = WIDTH, .height = HEIGHT, .layers = 1};
    vk(vkCreateFramebuffer(device, &target_info, NULL, &target));
}

static void make_scores(VkDeviceSize bytes) {
    VkBufferCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, .size = bytes, .usage = VK_BUFFER_USAGE_TRANSFER_DST_BIT};
    vk(vkCreateBuffer(device, &info, NULL, &scores));
    VkMemoryRequirements needs;
    vkGetBufferMemoryRequirements(device, scores, &needs);
    scores_memory = allocate(
        needs, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT);
    vk(vkBindBufferMemory(device, scores, scores_memory, 0));
    vk(vkMapMemory(device, scores_memory, 0, VK_WHOLE_SIZE, 0, (void**)&mapped));
}

// A block that wanders over a background.
static void draw(VkCommandBuffer commands, int number) {
    VkClearValue background = {.color = {{24 / 255.f, 48 / 255.f, 96 / 255.f, 1}}};
    VkRenderPassBeginInfo begin = {
        .sType = VK_STRUCTURE_TYPE_RENDER_PASS_BEGIN_INFO, .renderPass = pass, .framebuffer = target,
        .renderArea = {{0, 0}, {WIDTH, HEIGHT}}, .clearValueCount = 1, .pClearValues = &background};
    vkCmdBeginRenderPass(commands, &begin, VK_SUBPASS_CONTENTS_INLINE);
    VkClearAttachment block = {VK_IMAGE_ASPECT_COLOR_BIT, 0, {.color = {{240 / 255.f, 128 / 255.f, 64 / 255.f, 1}}}};
    VkClearRect where = {{{number * 29 % (WIDTH - 80), number * 13 % (HEIGHT - 60)}, {80, 60}}, 0, 1};
    vkCmdClearAttachments(commands, 1, &block, 1, &where);
    vkCmdEndRenderPass(commands);
}

int main(int argc, char** argv) {
    if (argc < 2) {
        fprintf(stderr, "Usage: %s MODEL [COUNT]\n", argv[0]);
        return 2;
    }
    int count = argc > 2 ? atoi(argv[2]) : 10;
    open_device();
    make_frame();

    // The network, on the engine's device.
    check(sp_check_version(SP_VERSION));
    sp_host_device host = SP_INIT(sp_host_device);
    host.instance = instance, host.physical_device = physical, host.device = device;
    host.queue_family = family, host.queue = queue, host.api_version = VK_API_VERSION_1_1;
    host.lock_queue = lock_queue, host.unlock_queue = unlock_queue;
    sp_device gpu;
    sp_model model;
    sp_session session;
    sp_recorder recorder;
    check(sp_device_adopt(&host, NULL, &gpu));
    check(sp_model_load(argv[1], &model));
    check(sp_session_create(gpu, model, NULL, &session));
    check(sp_recorder_create(session, &recorder));
    sp_tensor_info classes = SP_INIT(sp_tensor_info);
    check(sp_model_get_output(model, 0, &classes));
    make_scores(classes.elements * sizeof(float));
    sp_device_image seen = {
        .pixels = {.image = (uint64_t)frame, .layout = VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL},
        .width = WIDTH, .height = HEIGHT, .format = SP_BGRA8};
    sp_buffer into = {(uint64_t)scores, 0};
    sp_input input = SP_INIT(sp_input);
    input.kind = SP_DEVICE_IMAGES, input.count = 1, input.device_images = &seen;
    sp_output output = SP_INIT(sp_output);
    output.kind = SP_BUFFERS, output.count = 1, output.buffers = &into;

    VkCommandPoolCreateInfo pool_info = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO, .queueFamilyIndex = family};
    VkCommandPool pool;
    vk(vkCreateCommandPool(device, &pool_info, NULL, &pool));
    VkCommandBufferAllocateInfo allocation = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = pool, .commandBufferCount = 1};
    VkCommandBuffer commands;
    vk(vkAllocateCommandBuffers(device, &allocation, &commands));
    VkFenceCreateInfo fence_info = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    VkFence fence;
    vk(vkCreateFence(device, &fence_info, NULL, &fence));

    for (int number = 0; number < count; number++) {
        vk(vkResetCommandPool(device, pool, 0));
        VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
        vk(vkBeginCommandBuffer(commands, &begin));
        draw(commands, number);
        check(sp_recorder_record(recorder, commands, &input, &output)); // Waits for the frame, on the device.
        vk(vkEndCommandBuffer(commands));
        VkSubmitInfo submit = {
            .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &commands};
        lock_queue(NULL);
        vk(vkQueueSubmit(queue, 1, &submit, fence));
        unlock_queue(NULL);
        vk(vkWaitForFences(device, 1, &fence, VK_TRUE, UINT64_MAX));
        vk(vkResetFences(device, 1, &fence));
        size_t best = 0;
        for (size_t i = 1; i < classes.elements; i++)
            if (mapped[i] > mapped[best]) best = i;
        const char* name = sp_model_class_name(model, (uint32_t)best);
        printf("frame %d: class %zu, %s: %.9g\n", number, best, name ? name : "without a name", mapped[best]);
    }

    check(sp_release(recorder)); // All that is on the device, before the device.
    check(sp_release(session));
    check(sp_release(gpu));
    check(sp_release(model));
    vkDestroyFence(device, fence, NULL);
    vkDestroyCommandPool(device, pool, NULL);
    vkDestroyBuffer(device, scores, NULL);
    vkFreeMemory(device, scores_memory, NULL);
    vkDestroyFramebuffer(device, target, NULL);
    vkDestroyRenderPass(device, pass, NULL);
    vkDestroyImageView(device, view, NULL);
    vkDestroyImage(device, frame, NULL);
    vkFreeMemory(device, frame_memory, NULL);
    vkDestroyDevice(device, NULL);
    vkDestroyInstance(instance, NULL);
}
